import { useState } from "react";
import { CheckField } from "../../../parts/Field";
import { useAct } from "../../asking/useAct";
import { useAnswer } from "../../asking/useAnswer";
import type { ChildFacts, FamilyFacts } from "../operations";
import { LeavingDialog } from "./LeavingDialog";
import { END_FAMILY, END_FAMILY_PREVIEW, END_STUDENT, END_STUDENT_PREVIEW } from "./operations";

interface Props {
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

interface FamilyProps extends Props {
  readonly family: FamilyFacts;
  /** Whether the viewer may take the guardians' access away. */
  readonly endsGuardians: boolean;
}

export function EndFamily({ family, today, endsGuardians, close, done }: FamilyProps) {
  const [from, setFrom] = useState(today);
  const [endGuardians, setEndGuardians] = useState(endsGuardians);
  const input = { familyId: family.id, from, endGuardians };
  const preview = useAnswer(END_FAMILY_PREVIEW, from === "" ? null : { input });
  const end = useAct(END_FAMILY);
  const leave = async () => {
    if ((await end.run(input)) !== null) done();
  };
  return (
    <LeavingDialog
      title={`${family.name}: the family leaves`}
      act="End the family"
      {...{ from, today, preview, leave, close }}
      changeFrom={setFrom}
      doing={end}
    >
      {endsGuardians && (
        <CheckField
          label="The guardians lose their access"
          hint="Otherwise they can still use makeup tokens that are left."
          checked={endGuardians}
          change={setEndGuardians}
        />
      )}
    </LeavingDialog>
  );
}

export function EndChild({ child, today, close, done }: Props & { child: ChildFacts }) {
  const [from, setFrom] = useState(today);
  const input = { studentId: child.id, from };
  const preview = useAnswer(END_STUDENT_PREVIEW, from === "" ? null : { input });
  const end = useAct(END_STUDENT);
  const leave = async () => {
    if ((await end.run(input)) !== null) done();
  };
  return (
    <LeavingDialog
      title={`${child.firstName} ${child.lastName} leaves`}
      act="End all places"
      {...{ from, today, preview, leave, close }}
      changeFrom={setFrom}
      doing={end}
    />
  );
}
