import { type FormEvent, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { TextArea, TextField } from "../../parts/Field";
import { FormEnd } from "../../parts/FormEnd";
import { useAct } from "../asking/useAct";
import type { Desk } from "../operations";
import { may } from "../permissions";
import { type StudentFacts, UPDATE_STUDENT } from "./operations";

export function mayEdit(desk: Desk): boolean {
  return desk.mayRecord || may(desk, "MANAGE_PEOPLE");
}

interface Props {
  readonly desk: Desk;
  readonly student: StudentFacts;
  readonly close: () => void;
  readonly changed: () => void;
}

/** Changes what the viewer may change: the person, the remark for roll sheets, the medical text. */
export function EditStudent({ desk, student, close, changed }: Props) {
  const [facts, setFacts] = useState({
    firstName: student.firstName,
    lastName: student.lastName,
    birthOn: student.birthOn ?? "",
    gender: student.gender ?? "",
    rollSheetComment: student.rollSheetComment ?? "",
    medicalAlert: student.medicalAlert ?? "",
  });
  const change = (some: Partial<typeof facts>) => setFacts({ ...facts, ...some });
  const update = useAct(UPDATE_STUDENT);
  const isPerson = may(desk, "MANAGE_PEOPLE");
  const isMedical = desk.mayRecord && may(desk, "SEE_MEDICAL");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // What the viewer may not change is left out, and stays as it is.
    const { firstName, lastName, birthOn, gender, rollSheetComment, medicalAlert } = facts;
    const person = { firstName, lastName, birthOn: birthOn === "" ? null : birthOn, gender };
    const done = await update.run({
      studentId: student.id,
      ...(isPerson ? person : {}),
      ...(desk.mayRecord ? { rollSheetComment } : {}),
      ...(isMedical ? { medicalAlert } : {}),
    });
    if (done === null) return;
    changed();
    close();
  };
  return (
    <Dialog title={`Edit ${student.firstName} ${student.lastName}`} close={close}>
      <form className="form" onSubmit={submit}>
        {isPerson && (
          <div className="pair">
            <TextField
              label="First name"
              required
              value={facts.firstName}
              change={firstName => change({ firstName })}
            />
            <TextField label="Last name" required value={facts.lastName} change={lastName => change({ lastName })} />
            <TextField label="Born on" type="date" value={facts.birthOn} change={birthOn => change({ birthOn })} />
            <TextField label="Gender" value={facts.gender} change={gender => change({ gender })} />
          </div>
        )}
        {desk.mayRecord && (
          <TextArea
            label="Remark for roll sheets"
            value={facts.rollSheetComment}
            change={rollSheetComment => change({ rollSheetComment })}
          />
        )}
        {isMedical && (
          <TextArea
            label="Medical note"
            hint="Staff who may see medical notes read it on roll sheets."
            value={facts.medicalAlert}
            change={medicalAlert => change({ medicalAlert })}
          />
        )}
        <FormEnd act="Save" isBusy={update.isBusy} fault={update.fault} close={close} />
      </form>
    </Dialog>
  );
}
