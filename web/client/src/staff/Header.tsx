import { useState, useSyncExternalStore } from "react";
import { ConnectionChip } from "../parts/ConnectionChip";
import { Link } from "../parts/Link";
import { has } from "./access";
import type { Desk } from "./operations";
import { StudentSearch } from "./search/StudentSearch";
import { isLive, isWithin, sectionsFor } from "./sections";
import { type AttendanceOutbox, signOut, socket } from "./services";
import { Undecided } from "./Undecided";
import "./header.css";

interface Props {
  readonly desk: Desk;
  readonly outbox: AttendanceOutbox;
  readonly path: string;
}

export function Header({ desk, outbox, path }: Props) {
  const acts = useSyncExternalStore(outbox.subscribe, outbox.acts);
  const connection = useSyncExternalStore(socket.subscribe, socket.connection);
  const [isSearching, setSearching] = useState(false);
  const waiting = acts.filter(act => act.state === "waiting").length;
  return (
    <>
      <header className="bar">
        <Link to="/" className="brand">
          Rollbook
        </Link>
        <span className="business">{desk.viewer.organization.name}</span>
        <Sections desk={desk} path={path} className="sections" />
        {(isLive(path) || waiting > 0) && <ConnectionChip connection={connection} waiting={waiting} />}
        {has(desk, "ATTENDANCE_VIEW") && (
          <button type="button" className="button quiet round find" onClick={() => setSearching(true)}>
            <span className="unseen">Find a student</span>
            <svg viewBox="0 0 16 16" className="icon" aria-hidden="true">
              <path d="M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM10.700 10.700 14 14" />
            </svg>
          </button>
        )}
        <AccountMenu key={path} desk={desk} path={path} waiting={waiting} />
        {isSearching && <StudentSearch close={() => setSearching(false)} />}
      </header>
      <Undecided outbox={outbox} path={path} />
    </>
  );
}

function Sections({ desk, path, className }: { desk: Desk; path: string; className: string }) {
  return (
    <nav className={className} aria-label="Pages">
      {sectionsFor(desk).map(section => (
        <Link
          key={section.to}
          to={section.to}
          className={section.isSeldom ? "seldom" : "often"}
          isCurrent={isWithin(path, section)}
        >
          {section.word}
        </Link>
      ))}
    </nav>
  );
}

/** It closes when another page opens, because its key is the path. */
function AccountMenu({ desk, path, waiting }: { desk: Desk; path: string; waiting: number }) {
  const leave = () => {
    const warning = `${waiting === 1 ? "One change has" : `${waiting} changes have`} not reached the server. If you sign out, they are lost.`;
    if (waiting === 0 || confirm(warning)) void signOut();
  };
  return (
    <details className="menu">
      <summary aria-label={`Menu and account of ${desk.viewer.name}`}>
        <span className="person">{desk.viewer.name}</span>
      </summary>
      <div className="menuBody">
        <Sections desk={desk} path={path} className="menuSections" />
        <p className="muted">
          {desk.viewer.name}, {desk.viewer.portal === "OFFICE" ? "office" : "staff"}
        </p>
        <p className="accountLink">
          <Link to="/account">Your account</Link>
        </p>
        <button type="button" className="button quiet" onClick={leave}>
          Sign out
        </button>
      </div>
    </details>
  );
}
