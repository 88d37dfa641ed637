import { useSyncExternalStore } from "react";
import { ConnectionChip } from "../parts/ConnectionChip";
import { Link } from "../parts/Link";
import type { GuardianViewer } from "./operations";
import { home } from "./router";
import { signOut, socket } from "./services";

export function Header({ viewer }: { viewer: GuardianViewer }) {
  const connection = useSyncExternalStore(socket.subscribe, socket.connection);
  return (
    <header className="bar">
      <Link to={home} className="brand">
        Rollbook
      </Link>
      <span className="business">{viewer.organization.name}</span>
      <ConnectionChip connection={connection} waiting={0} />
      <details className="menu">
        <summary aria-label={`Account of ${viewer.name}`}>
          <span className="person">{viewer.name}</span>
        </summary>
        <div className="menuBody">
          <p className="muted">{viewer.name}</p>
          <button type="button" className="button quiet" onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </details>
    </header>
  );
}
