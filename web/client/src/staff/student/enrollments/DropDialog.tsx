import { type FormEvent, useState } from "react";
import { Dialog } from "../../../parts/Dialog";
import { TextField } from "../../../parts/Field";
import { FormEnd } from "../../../parts/FormEnd";
import { todayIn } from "../../../parts/times";
import { useAct } from "../../asking/useAct";
import { DROP, type EnrollmentFacts } from "./operations";

interface Props {
  readonly enrollment: EnrollmentFacts;
  readonly close: () => void;
  readonly done: () => void;
}

export function DropDialog({ enrollment, close, done }: Props) {
  const [dropOn, setDropOn] = useState(() => todayIn(enrollment.offering.location.timeZone));
  const drop = useAct(DROP);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ((await drop.run({ enrollmentId: enrollment.id, dropOn })) !== null) done();
  };
  const isNever = dropOn < enrollment.startsOn;
  return (
    <Dialog title={`Drop ${enrollment.offering.name}`} close={close}>
      <form className="form" onSubmit={submit}>
        <TextField
          label="Last day"
          hint={
            isNever
              ? "This is before the first day, so the enrollment is deleted."
              : "The student stays on the roll sheets up to this day."
          }
          type="date"
          required
          value={dropOn}
          change={setDropOn}
        />
        <FormEnd
          act={isNever ? "Delete the enrollment" : "Drop"}
          isBusy={drop.isBusy}
          fault={drop.fault}
          close={close}
          isDanger
        />
      </form>
    </Dialog>
  );
}
