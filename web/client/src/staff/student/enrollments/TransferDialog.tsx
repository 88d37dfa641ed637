import { type FormEvent, useState } from "react";
import { Dialog } from "../../../parts/Dialog";
import { TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { todayIn } from "../../../parts/times";
import { useAct } from "../../asking/useAct";
import { type ChosenClass, ClassChoice } from "../../choosing/ClassChoice";
import { type EnrollmentFacts, TRANSFER } from "./operations";

interface Props {
  readonly enrollment: EnrollmentFacts;
  readonly close: () => void;
  readonly done: () => void;
}

export function TransferDialog({ enrollment, close, done }: Props) {
  const [chosen, setChosen] = useState<ChosenClass | null>(null);
  const [startsOn, setStartsOn] = useState(() => todayIn(enrollment.offering.location.timeZone));
  const transfer = useAct(TRANSFER);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (chosen === null) return;
    if ((await transfer.run({ enrollmentId: enrollment.id, ...chosen, startsOn })) !== null) done();
  };
  return (
    <Dialog title={`Transfer from ${enrollment.offering.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <ClassChoice chosen={chosen} choose={setChosen} />
        <TextField
          label="First day there"
          hint="The enrollment here ends on the day before."
          type="date"
          required
          value={startsOn}
          change={setStartsOn}
        />
        <FormEnd
          act="Transfer"
          isBusy={transfer.isBusy}
          isDisabled={chosen === null}
          fault={transfer.fault}
          close={close}
        />
      </form>
    </Dialog>
  );
}
