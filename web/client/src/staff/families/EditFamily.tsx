import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { type FamilyFacts, UPDATE_FAMILY } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  readonly close: () => void;
  readonly changed: () => void;
}

export function EditFamily({ family, close, changed }: Props) {
  const [name, setName] = useState(family.name);
  const [phone, setPhone] = useState(family.phone ?? "");
  const [email, setEmail] = useState(family.email ?? "");
  const update = useAct(UPDATE_FAMILY);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = { name, phone: phone.trim() || null, email: email.trim() || null };
    if ((await update.run({ familyId: family.id, ...given })) === null) return;
    changed();
  };
  return (
    <Dialog title={`Edit ${family.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <TextField label="Name" required value={name} change={setName} />
        <div className="pair">
          <TextField label="Telephone" type="tel" value={phone} change={setPhone} />
          <TextField label="E-mail address" type="email" value={email} change={setEmail} />
        </div>
        <FormEnd act="Save" isBusy={update.isBusy} fault={update.fault} close={close} />
      </form>
    </Dialog>
  );
}
