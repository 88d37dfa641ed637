import { type FormEvent, useState } from "react";
import { counted } from "../../parts/counted";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import type { PermissionName } from "../permissions";
import { lackingOf } from "./granting";
import { CREATE_GROUP, type Group, UPDATE_GROUP } from "./operations";
import { PermissionChoice } from "./PermissionChoice";

interface Props {
  /** Left out: a new group. */
  readonly group?: Group;
  readonly held: readonly PermissionName[];
  readonly close: () => void;
  readonly done: () => void;
}

/** Makes a permission group, or changes its name and permissions for all of its members. */
export function GroupDialog({ group, held, close, done }: Props) {
  const [name, setName] = useState(group?.name ?? "");
  const [permissions, setPermissions] = useState<readonly PermissionName[]>(group?.permissions ?? []);
  const create = useAct(CREATE_GROUP);
  const update = useAct(UPDATE_GROUP);
  const mayRename = group === undefined || lackingOf(group.permissions, held).length === 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = { ...(mayRename ? { name } : {}), permissions: [...permissions] };
    const outcome =
      group === undefined
        ? await create.run({ name, permissions: [...permissions] })
        : await update.run({ permissionGroupId: group.id, ...given });
    if (outcome !== null) done();
  };
  return (
    <Dialog title={group === undefined ? "New permission group" : `Change ${group.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        {mayRename ? (
          <TextField
            label="Name"
            hint="For example “Coaches” or “Front desk”."
            required
            maxLength={200}
            value={name}
            change={setName}
          />
        ) : (
          <p className="muted">The group has permissions that you do not hold, so you cannot change its name.</p>
        )}
        {group !== undefined && group.memberCount > 0 && (
          <p className="muted">A change counts at once for {counted(group.memberCount, "member")}.</p>
        )}
        <PermissionChoice chosen={permissions} held={held} choose={setPermissions} />
        <FormEnd
          act={group === undefined ? "Create" : "Save"}
          isBusy={create.isBusy || update.isBusy}
          fault={create.fault ?? update.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
