import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { nameOf } from "./granting";
import { type Account, UPDATE_STAFF } from "./operations";

interface Props {
  readonly account: Account;
  readonly close: () => void;
  readonly done: () => void;
}

/** Changes the name and the e-mail address of a staff member. */
export function EditPerson({ account, close, done }: Props) {
  const [firstName, setFirstName] = useState(account.staffMember.firstName);
  const [lastName, setLastName] = useState(account.staffMember.lastName);
  const [email, setEmail] = useState(account.email ?? "");
  const update = useAct(UPDATE_STAFF);
  const isMoved = email.trim() !== (account.email ?? "");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const address = isMoved ? { email: email.trim() || null } : {};
    const input = { staffMemberId: account.staffMember.id, firstName, lastName, ...address };
    if ((await update.run(input)) !== null) done();
  };
  return (
    <Dialog title={`Edit ${nameOf(account)}`} close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField label="First name" required maxLength={200} value={firstName} change={setFirstName} />
          <TextField label="Last name" maxLength={200} value={lastName} change={setLastName} />
        </div>
        <TextField
          label="E-mail address"
          hint={
            isMoved
              ? "The person signs in with this address from now on. Links that were sent to the old one work no more."
              : "The person signs in with it."
          }
          type="email"
          maxLength={320}
          value={email}
          change={setEmail}
        />
        <FormEnd act="Save" isBusy={update.isBusy} fault={update.fault} close={close} />
      </form>
    </Dialog>
  );
}
