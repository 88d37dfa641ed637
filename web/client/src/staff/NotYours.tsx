import { Link } from "../parts/Link";
import { useTitle } from "../parts/useTitle";
import type { Desk } from "./operations";
import type { PermissionName } from "./permissions";
import { permissionWord } from "./permissionWords";
import { sectionsFor } from "./sections";

/** Shown in place of a page that the viewer may not use: what is lacking, and where the viewer can go instead. */
export function NotYours({ desk, lacking }: { desk: Desk; lacking: readonly PermissionName[] }) {
  useTitle("You may not use this page");
  const isOne = lacking.length === 1;
  return (
    <main className="page notice">
      <h1>You may not use this page</h1>
      <p>
        {isOne ? "You lack this permission" : "You lack these permissions"} in the{" "}
        {desk.viewer.portal === "OFFICE" ? "Office" : "Staff"} Portal:
      </p>
      <ul className="plainList">
        {lacking.map(name => (
          <li key={name}>
            <strong>{permissionWord(name)}</strong>
          </li>
        ))}
      </ul>
      <p className="muted">
        Somebody who manages staff can give {isOne ? "it" : "them"} to you. Open this page again afterwards.
      </p>
      <nav className="elsewhere" aria-label="Pages that you can use">
        {sectionsFor(desk).map(section => (
          <Link key={section.to} to={section.to} className="button">
            {section.word}
          </Link>
        ))}
        <Link to="/account" className="button">
          Your account
        </Link>
      </nav>
    </main>
  );
}
