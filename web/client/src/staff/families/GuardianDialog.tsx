import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import { CREATE_GUARDIAN, type FamilyFacts, type GuardianFacts, UPDATE_GUARDIAN } from "./operations";

interface Props {
  readonly family: FamilyFacts;
  /** The guardian to change; null adds one. */
  readonly guardian: GuardianFacts | null;
  readonly close: () => void;
  readonly changed: () => void;
}

export function GuardianDialog({ family, guardian, close, changed }: Props) {
  const [facts, setFacts] = useState({
    firstName: guardian?.firstName ?? "",
    lastName: guardian?.lastName ?? family.name,
    email: guardian?.email ?? "",
    phones: guardian?.phones.join(", ") ?? "",
  });
  const create = useAct(CREATE_GUARDIAN);
  const update = useAct(UPDATE_GUARDIAN);
  const set = (some: Partial<typeof facts>) => setFacts({ ...facts, ...some });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = {
      firstName: facts.firstName,
      lastName: facts.lastName,
      email: facts.email.trim() || null,
      phones: facts.phones.split(/[,;]/).flatMap(one => one.trim() || []),
    };
    const done =
      guardian === null
        ? await create.run({ ...given, familyId: family.id })
        : await update.run({ ...given, guardianId: guardian.id });
    if (done === null) return;
    changed();
  };
  return (
    <Dialog title={guardian === null ? "Add a guardian" : `Edit ${guardian.firstName}`} close={close}>
      <form className="form" onSubmit={submit}>
        <div className="pair">
          <TextField label="First name" required value={facts.firstName} change={firstName => set({ firstName })} />
          <TextField label="Last name" required value={facts.lastName} change={lastName => set({ lastName })} />
        </div>
        <TextField
          label="E-mail address"
          hint="The guardian signs in with it."
          type="email"
          value={facts.email}
          change={email => set({ email })}
        />
        <TextField
          label="Telephone numbers"
          hint="A kiosk finds the family by them. Put commas between several."
          type="tel"
          value={facts.phones}
          change={phones => set({ phones })}
        />
        <FormEnd
          act="Save"
          isBusy={create.isBusy || update.isBusy}
          fault={create.fault ?? update.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
