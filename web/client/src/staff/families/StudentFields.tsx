import { useCallback } from "react";
import { CHOSEN_TYPES } from "../../parts/enrollmentTypes";
import { SelectField, TextField } from "../../parts/Field";
import { type ChosenClass, ClassChoice } from "../choosing/ClassChoice";
import type { Desk } from "../operations";
import { may } from "../permissions";
import type { StudentDraft } from "./registration";

interface Props {
  readonly desk: Desk;
  readonly student: StudentDraft;
  /** The family's name, which the child has unless another one is given. */
  readonly name: string;
  readonly change: (some: Partial<StudentDraft>) => void;
}

export function StudentFields({ desk, student, name, change }: Props) {
  const choose = useCallback((chosen: ChosenClass | null) => change({ chosen }), [change]);
  return (
    <div className="form">
      <div className="pair">
        <TextField label="First name" required value={student.firstName} change={firstName => change({ firstName })} />
        <TextField
          label="Last name"
          placeholder={name}
          value={student.lastName}
          change={lastName => change({ lastName })}
        />
        <TextField label="Born on" type="date" value={student.birthOn} change={birthOn => change({ birthOn })} />
        {may(desk, "SEE_MEDICAL") && (
          <TextField
            label="Medical note"
            value={student.medicalAlert}
            change={medicalAlert => change({ medicalAlert })}
          />
        )}
      </div>
      {may(desk, "MANAGE_ENROLLMENTS") && (
        <>
          <ClassChoice chosen={student.chosen} choose={choose} />
          {student.chosen !== null && (
            <div className="pair">
              <SelectField label="Type" value={student.type} choices={CHOSEN_TYPES} change={type => change({ type })} />
              <TextField
                label={student.type === "SINGLE_DAY" ? "Day" : "From"}
                type="date"
                required
                value={student.startsOn}
                change={startsOn => change({ startsOn })}
              />
            </div>
          )}
        </>
      )}
    </div>
  );
}
