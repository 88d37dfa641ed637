import { PERMISSION_GROUPS, permissionWord } from "../permissionWords";
import { includedIn, sourcesOf } from "./granting";
import type { Account } from "./operations";

/** What a person may do, in plain words, and where each permission comes from. */
export function HeldPermissions({ account, change }: { account: Account; change: () => void }) {
  // An owner holds everything, and a list of everything says no more.
  const held = account.heldPermissions.includes("OWNER") ? ["OWNER"] : account.heldPermissions;
  const groups = PERMISSION_GROUPS.map(({ title, permissions }) => ({
    title,
    permissions: permissions.filter(one => held.includes(one.name)),
  })).filter(({ permissions }) => permissions.length > 0);
  return (
    <section className="group" aria-label="Permissions">
      <div className="toolbar">
        <h2>What {account.staffMember.firstName} may do</h2>
        <button type="button" className="button" onClick={change}>
          Change permissions
        </button>
      </div>
      {account.groups.length > 0 && (
        <p className="chips">
          <span className="muted">In </span>
          {account.groups.map(group => (
            <span key={group.id} className="chip">
              {group.name}
            </span>
          ))}
        </p>
      )}
      {groups.length === 0 && <p className="muted">Nothing yet. Give permissions or a permission group.</p>}
      {groups.map(({ title, permissions }) => (
        <div key={title} className="heldGroup">
          <h3>{title}</h3>
          <ul className="lines">
            {permissions.map(one => (
              <li key={one.name} className="line2">
                <span className="lineMain">
                  {one.word}
                  <span className="muted hint">{one.what}</span>
                </span>
                <span className="muted hint">{source(account, one.name)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function source(account: Account, name: Parameters<typeof sourcesOf>[1]): string {
  const found = sourcesOf(account, name);
  if (found.length > 0) return found.join(", ");
  const inOther = includedIn(name, account.heldPermissions);
  return inOther === null ? "" : `in “${permissionWord(inOther)}”`;
}
