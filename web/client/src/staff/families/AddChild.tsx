import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CREATE_STUDENT, type FamilyFacts } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  readonly close: () => void;
  readonly changed: () => void;
}

export function AddChild({ family, close, changed }: Props) {
  const [firstName, setFirstName] = useState("");
  const [lastName, setLastName] = useState(family.students[0]?.lastName ?? family.name);
  const [birthOn, setBirthOn] = useState("");
  const create = useAct(CREATE_STUDENT);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = { familyId: family.id, firstName, lastName, birthOn: birthOn || null };
    if ((await create.run(given)) === null) return;
    changed();
  };
  return (
    <Dialog title="Add a child" close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField label="First name" required value={firstName} change={setFirstName} />
          <TextField label="Last name" required value={lastName} change={setLastName} />
        </div>
        <TextField label="Born on" type="date" value={birthOn} change={setBirthOn} />
        <p className="muted">Give the child a place in a class on the page of the child.</p>
        <FormEnd act="Add" isBusy={create.isBusy} fault={create.fault} close={close} />
      </form>
    </Dialog>
  );
}
