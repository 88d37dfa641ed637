import { type FormEvent, useState } from "react";
import { Dialog } from "../../../parts/Dialog";
import { CHOSEN_TYPES, type ChosenType } from "../../../parts/enrollmentTypes";
import { SelectField, TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { todayIn } from "../../../parts/times";
import { useAct } from "../../asking/useAct";
import { type ChosenClass, ClassChoice } from "../../choosing/ClassChoice";
import type { Desk } from "../../operations";
import { ENROLL } from "./operations";

interface Props {
  readonly desk: Desk;
  readonly studentId: string;
  readonly close: () => void;
  readonly done: () => void;
}

export function EnrollDialog({ desk, studentId, close, done }: Props) {
  const [chosen, setChosen] = useState<ChosenClass | null>(null);
  const [type, setType] = useState<ChosenType>("ACTIVE");
  const [startsOn, setStartsOn] = useState(() => todayIn(desk.locations[0]?.timeZone ?? "UTC"));
  const enroll = useAct(ENROLL);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return;
    if ((await enroll.run({ studentId, ...chosen, type, startsOn })) !== null) done();
  };
  return (
    <Dialog title="Enroll in a class" close={close}>
      <form className="form" onSubmit={submit}>
        <ClassChoice chosen={chosen} choose={setChosen} />
        <div className="pair">
          <SelectField label="Type" value={type} choices={CHOSEN_TYPES} change={setType} />
          <TextField
            label={type === "SINGLE_DAY" ? "Day" : "From"}
            type="date"
            required
            value={startsOn}
            change={setStartsOn}
          />
        </div>
        <FormEnd
          act={type === "WAITLIST" ? "Put on the waitlist" : "Enroll"}
          isBusy={enroll.isBusy}
          isDisabled={chosen === null}
          fault={enroll.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
