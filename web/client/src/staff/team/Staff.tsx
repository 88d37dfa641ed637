import { useState } from "react";
import type { ResultOf } from "../../graphql";
import { SelectField, TextField } from "../../parts/Field";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { shortDate } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { usePages } from "../asking/usePages";
import { useSettled } from "../asking/useSettled";
import type { Desk } from "../operations";
import { nameOf } from "./granting";
import { InviteDialog } from "./InviteDialog";
import { type Account, STAFF } from "./operations";
import { TeamLinks } from "./TeamLinks";
import { useGranting } from "./useGranting";

const SHOWN = [
  ["active", "Who works here"],
  ["ended", "Whose access ended"],
  ["all", "Everybody"],
] as const;
type Shown = (typeof SHOWN)[number][0];
const ENDED = { active: false, ended: true, all: null } as const;

const pick = (data: ResultOf<typeof STAFF>) => data.staff;

/** Everybody of the staff, and inviting somebody new. */
export function Staff({ desk }: { desk: Desk }) {
  useTitle("Staff");
  const [text, setText] = useState("");
  const [shown, setShown] = useState<Shown>("active");
  const [isInviting, setInviting] = useState(false);
  const [told, setTold] = useState("");
  const search = useSettled(text.trim());
  const listing = usePages(STAFF, { search: search === "" ? null : search, ended: ENDED[shown] }, pick);
  const { granting } = useGranting(desk);
  const done = (name: string) => {
    setInviting(false);
    setTold(`${name} is invited. The link in the e-mail is good for 72 hours.`);
    listing.reload();
  };
  return (
    <main className="page">
      <div className="toolbar">
        <h1>Staff</h1>
        <button type="button" className="button main" disabled={granting === null} onClick={() => setInviting(true)}>
          Invite somebody
        </button>
      </div>
      <TeamLinks shown="people" />
      <div className="pair teamFilters">
        <TextField label="Find by name or address" type="search" autoComplete="off" value={text} change={setText} />
        <SelectField label="Show" value={shown} choices={SHOWN} change={setShown} />
      </div>
      <p role="status" className="told">
        {told}
      </p>
      <ul className="lines" aria-label="Staff" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(one => (
          <StaffRow key={one.staffMember.id} account={one} />
        ))}
      </ul>
      <ListEnd {...listing} nothing={search === "" ? "There is nobody here." : `Nobody is found by “${search}”.`} />
      {isInviting && granting !== null && (
        <InviteDialog granting={granting} close={() => setInviting(false)} done={done} />
      )}
    </main>
  );
}

function StaffRow({ account }: { account: Account }) {
  const groups = account.groups.map(group => group.name).join(", ");
  return (
    <li className="line2">
      <span className="lineMain">
        <Link to={`/staff/${account.staffMember.id}`}>{nameOf(account)}</Link>
        <span className="muted hint">{[account.email, groups].filter(Boolean).join(" · ")}</span>
      </span>
      <State account={account} />
    </li>
  );
}

function State({ account }: { account: Account }) {
  const isOwner = account.heldPermissions.includes("OWNER");
  const state = stateOf(account);
  return (
    <span className="chips">
      {isOwner && <span className="chip">Owner</span>}
      {state !== null && <span className="chip">{state}</span>}
    </span>
  );
}

function stateOf(account: Account): string | null {
  if (account.endedAt !== null) return "Access ended";
  if (account.endsOn !== null) return `No access from ${shortDate(account.endsOn)}`;
  if (account.invitation !== null) return "Invited";
  return account.hasPassword ? null : "No password yet";
}
