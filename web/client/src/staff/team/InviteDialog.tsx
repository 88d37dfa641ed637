import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import type { PermissionName } from "../permissions";
import { GroupChoice } from "./GroupChoice";
import { INVITE_STAFF } from "./operations";
import { PermissionChoice } from "./PermissionChoice";
import type { Granting } from "./useGranting";

interface Props {
  readonly granting: Granting;
  readonly close: () => void;
  readonly done: (name: string) => void;
}

/** Makes a staff member and sends the link with which the person chooses a password. */
export function InviteDialog({ granting, close, done }: Props) {
  const [person, setPerson] = useState({ firstName: "", lastName: "", email: "" });
  const [permissionGroupIds, setGroups] = useState<readonly string[]>([]);
  const [permissions, setPermissions] = useState<readonly PermissionName[]>([]);
  const invite = useAct(INVITE_STAFF);
  const change = (some: Partial<typeof person>) => setPerson({ ...person, ...some });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const newStaff = { ...person, permissionGroupIds: [...permissionGroupIds], permissions: [...permissions] };
    if ((await invite.run({ newStaff })) !== null) done(`${person.firstName} ${person.lastName}`.trim());
  };
  const isNobody = permissionGroupIds.length === 0 && permissions.length === 0;
  return (
    <Dialog title="Invite somebody" close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField
            label="First name"
            required
            maxLength={200}
            value={person.firstName}
            change={firstName => change({ firstName })}
          />
          <TextField
            label="Last name"
            maxLength={200}
            value={person.lastName}
            change={lastName => change({ lastName })}
          />
        </div>
        <TextField
          label="E-mail address"
          hint="The person signs in with it. An e-mail with a link for choosing a password goes there."
          type="email"
          required
          maxLength={320}
          value={person.email}
          change={email => change({ email })}
        />
        <GroupChoice granting={granting} chosen={permissionGroupIds} choose={setGroups} />
        <details className="more">
          <summary>Single permissions{permissions.length > 0 && ` (${permissions.length} chosen)`}</summary>
          <PermissionChoice chosen={permissions} held={granting.held} choose={setPermissions} />
        </details>
        {isNobody && (
          <p className="muted hint">
            Without a group and a permission, the person can sign in to the Staff Portal and see nothing there.
          </p>
        )}
        <FormEnd act="Send the invitation" isBusy={invite.isBusy} fault={invite.fault} close={close} />
      </form>
    </Dialog>
  );
}
