import { useState } from "react";
import { counted } from "../../parts/counted";
import { useTitle } from "../../parts/useTitle";
import type { Desk } from "../operations";
import { DeleteGroupDialog } from "./DeleteGroupDialog";
import { wordsOf } from "./GroupChoice";
import { GroupDialog } from "./GroupDialog";
import { lackingOf } from "./granting";
import type { Group } from "./operations";
import { TeamLinks } from "./TeamLinks";
import { type Granting, useGranting } from "./useGranting";

type Open = { readonly act: "new" } | { readonly act: "change" | "delete"; readonly group: Group } | null;

/** The permission groups: what the members of each may do. */
export function Groups({ desk }: { desk: Desk }) {
  useTitle("Permission groups");
  const { granting, fault, reload } = useGranting(desk);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const done = () => {
    setOpen(null);
    reload();
  };
  return (
    <main className="page">
      <div className="toolbar">
        <h1>Staff</h1>
        <button
          type="button"
          className="button main"
          disabled={granting === null}
          onClick={() => setOpen({ act: "new" })}
        >
          New group
        </button>
      </div>
      <TeamLinks shown="groups" />
      <p className="muted lead">The members of a group hold its permissions in addition to their own.</p>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {granting !== null && granting.groups.length === 0 && (
        <p className="empty">There are no groups yet. A group such as “Coaches” saves choosing for each person.</p>
      )}
      <ul className="lines" aria-label="Permission groups">
        {(granting?.groups ?? []).map(group => (
          <GroupRow key={group.id} group={group} held={granting?.held ?? []} open={act => setOpen({ act, group })} />
        ))}
      </ul>
      {granting !== null && open?.act === "new" && <GroupDialog held={granting.held} close={close} done={done} />}
      {granting !== null && open?.act === "change" && (
        <GroupDialog group={open.group} held={granting.held} close={close} done={done} />
      )}
      {open?.act === "delete" && <DeleteGroupDialog group={open.group} close={close} done={done} />}
    </main>
  );
}

interface RowProps {
  readonly group: Group;
  readonly held: Granting["held"];
  readonly open: (act: "change" | "delete") => void;
}

function GroupRow({ group, held, open }: RowProps) {
  const isYours = lackingOf(group.permissions, held).length === 0;
  return (
    <li className="line2">
      <span className="lineMain">
        {group.name}
        <span className="muted hint">{wordsOf(group.permissions)}</span>
        <span className="muted hint">{counted(group.memberCount, "member")}</span>
      </span>
      <span className="lineEnd">
        <button
          type="button"
          className="button quiet"
          aria-label={`Change ${group.name}`}
          onClick={() => open("change")}
        >
          Change
        </button>
        {isYours && (
          <button
            type="button"
            className="button quiet"
            aria-label={`Delete ${group.name}`}
            onClick={() => open("delete")}
          >
            Delete
          </button>
        )}
      </span>
    </li>
  );
}
