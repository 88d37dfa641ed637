import { TextField } from "../../parts/Field";
import { dayDate } from "../../parts/times";
import { useAct } from "../asking/useAct";
import type { StudentFacts } from "../student/operations";
import { MergeDialog } from "./MergeDialog";
import { MERGE_STUDENTS, MERGE_STUDENTS_PREVIEW, SAME_STUDENTS } from "./operations";
import { useOthers } from "./useOthers";

interface Props {
  readonly student: StudentFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Finds another record of the same student, and merges it into this one. */
export function MergeStudents({ student, close, done }: Props) {
  const name = `${student.firstName} ${student.lastName}`;
  const { text, setText, found, dialog } = useOthers({
    intoId: student.id,
    // Two records of one child most often have one name.
    firstText: name,
    noun: "student",
    same: SAME_STUDENTS,
    preview: MERGE_STUDENTS_PREVIEW,
  });
  const act = useAct(MERGE_STUDENTS);
  return (
    <MergeDialog
      {...dialog}
      title={`Who is the same person as ${name}?`}
      lead={`The other record moves here. The name, birth date, medical text and family of ${name} stay as this page shows them.`}
      into={name}
      search={
        <TextField label="Find the other record" type="search" autoComplete="off" value={text} change={setText} />
      }
      others={found.map(one => ({
        id: one.id,
        name: `${one.firstName} ${one.lastName}`,
        hint: [one.birthOn === null ? null : `Born ${dayDate(one.birthOn)}`, `Family ${one.family.name}`]
          .filter(Boolean)
          .join(" · "),
      }))}
      isBusy={act.isBusy}
      fault={act.fault}
      merge={(seen, kept) =>
        act.run({
          fromId: dialog.chosenId ?? "",
          intoId: student.id,
          seen,
          marks: Object.entries(kept).map(([occurrenceId, keep]) => ({ occurrenceId, keep })),
        })
      }
      close={close}
      done={done}
    />
  );
}
