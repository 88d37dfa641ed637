import { Link } from "../../parts/Link";
import "../../parts/tabs.css";
import "./team.css";

/** Leads from the people to their permission groups and back. */
export function TeamLinks({ shown }: { shown: "people" | "groups" }) {
  return (
    <nav className="tabs tabLinks" aria-label="Staff">
      <Link to="/staff" isCurrent={shown === "people"}>
        People
      </Link>
      <Link to="/staff/groups" isCurrent={shown === "groups"}>
        Permission groups
      </Link>
    </nav>
  );
}
