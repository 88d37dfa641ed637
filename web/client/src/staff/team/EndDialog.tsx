import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { daysAfter } from "../../parts/times";
import { useAct } from "../asking/useAct";
import { nameOf } from "./granting";
import { type Account, END_STAFF } from "./operations";

interface Props {
  readonly account: Account;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

/** Ends a person's access, at once or from a date on. What the person did stays. */
export function EndDialog({ account, today, close, done }: Props) {
  const [from, setFrom] = useState(account.endsOn ?? "");
  const end = useAct(END_STAFF);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await end.run({ staffMemberId: account.staffMember.id, from: from === "" ? null : from })) !== null) done();
  };
  return (
    <Dialog title={`End the access of ${nameOf(account)}`} close={close}>
      <form className="form" onSubmit={submit}>
        <TextField
          label="First day without access"
          hint={from === "" ? "Empty: the access ends at once." : "Until then, the person works as before."}
          type="date"
          min={daysAfter(today, 1)}
          value={from}
          change={setFrom}
        />
        <ul className="plainList">
          <li>{account.staffMember.firstName} is signed out everywhere then, and cannot sign in any more.</li>
          <li>Invitations and links for another password work no more.</li>
          <li>Marks, notes and everything else that the person did stay.</li>
        </ul>
        <p>
          You can let {account.staffMember.firstName} in again on this page, with the same permissions and password.
        </p>
        <FormEnd
          act={from === "" ? "End the access now" : "End the access on that day"}
          isDanger
          isBusy={end.isBusy}
          fault={end.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
