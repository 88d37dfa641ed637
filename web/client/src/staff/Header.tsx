import { useSyncExternalStore } from "react";
import { ConnectionChip } from "../parts/ConnectionChip";
import { Link } from "../parts/Link";
import type { Desk } from "./operations";
import { type AttendanceOutbox, signOut, socket } from "./services";

export function Header({ desk, outbox }: { desk: Desk; outbox: AttendanceOutbox }) {
  const acts = useSyncExternalStore(outbox.subscribe, outbox.acts);
  const connection = useSyncExternalStore(socket.subscribe, socket.connection);
  const waiting = acts.filter(act => act.state === "waiting").length;
  const leave = () => {
    const warning = `${waiting === 1 ? "One change has" : `${waiting} changes have`} not reached the server. If you sign out, they are lost.`;
    if (waiting === 0 || confirm(warning)) void signOut();
  };
  return (
    <header className="bar">
      <Link to="/" className="brand">
        Rollbook
      </Link>
      <span className="business">{desk.viewer.organization.name}</span>
      <ConnectionChip connection={connection} waiting={waiting} />
      <details className="menu">
        <summary aria-label={`Account of ${desk.viewer.name}`}>
          <span className="person">{desk.viewer.name}</span>
        </summary>
        <div className="menuBody">
          <p className="muted">
            {desk.viewer.name}, {desk.viewer.portal === "OFFICE" ? "office" : "staff"}
          </p>
          <button type="button" className="button quiet" onClick={leave}>
            Sign out
          </button>
        </div>
      </details>
    </header>
  );
}
