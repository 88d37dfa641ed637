import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { GroupChoice } from "./GroupChoice";
import { nameOf } from "./granting";
import { type Account, UPDATE_STAFF } from "./operations";
import { PermissionChoice } from "./PermissionChoice";
import type { Granting } from "./useGranting";

interface Props {
  readonly account: Account;
  readonly granting: Granting;
  readonly close: () => void;
  readonly done: () => void;
}

/** Changes the groups of a person, and the permissions that the person has beside them. */
export function GrantsDialog({ account, granting, close, done }: Props) {
  const [groupIds, setGroups] = useState<readonly string[]>(account.groups.map(group => group.id));
  const [permissions, setPermissions] = useState(
    account.permissions as readonly (typeof account.permissions)[number][],
  );
  const update = useAct(UPDATE_STAFF);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = { permissionGroupIds: [...groupIds], permissions: [...permissions] };
    if ((await update.run({ staffMemberId: account.staffMember.id, ...input })) !== null) done();
  };
  return (
    <Dialog title={`What ${nameOf(account)} may do`} close={close}>
      <form className="form" onSubmit={submit}>
        <p className="muted">A change counts at once, also for pages that {account.staffMember.firstName} has open.</p>
        <GroupChoice granting={granting} chosen={groupIds} choose={setGroups} />
        <details className="more" open={account.permissions.length > 0 || granting.groups.length === 0}>
          <summary>Single permissions{permissions.length > 0 && ` (${permissions.length} chosen)`}</summary>
          <PermissionChoice chosen={permissions} held={granting.held} choose={setPermissions} />
        </details>
        <FormEnd act="Save" isBusy={update.isBusy} fault={update.fault} close={close} />
      </form>
    </Dialog>
  );
}
