import { useState } from "react";
import { TextField } from "../../parts/Field";
import { dayDate } from "../../parts/times";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { useSettled } from "../asking/useSettled";
import type { StudentFacts } from "../student/operations";
import { MergeDialog, MOST_OTHERS } from "./MergeDialog";
import { MERGE_STUDENTS, MERGE_STUDENTS_PREVIEW, SAME_STUDENTS } from "./operations";

interface Props {
  readonly student: StudentFacts;
  readonly close: () => void;
  readonly done: () => void;
}

/** Finds another record of the same student, and merges it into this one. */
export function MergeStudents({ student, close, done }: Props) {
  const name = `${student.firstName} ${student.lastName}`;
  // Two records of one child most often have one name.
  const [text, setText] = useState(name);
  const [fromId, setFromId] = useState<string | null>(null);
  const search = useSettled(text.trim());
  const { data, fault, isLoading } = useAnswer(SAME_STUDENTS, search === "" ? null : { search });
  const others = (data?.students.nodes ?? []).filter(one => one.id !== student.id).slice(0, MOST_OTHERS);
  const chosenId = others.some(one => one.id === fromId) ? fromId : null;
  const preview = useAnswer(
    MERGE_STUDENTS_PREVIEW,
    chosenId === null ? null : { fromId: chosenId, intoId: student.id },
  );
  const act = useAct(MERGE_STUDENTS);
  return (
    <MergeDialog
      title={`Who is the same person as ${name}?`}
      lead={`The other record moves here. The name, birth date, medical text and family of ${name} stay as this page shows them.`}
      into={name}
      search={
        <TextField label="Find the other record" type="search" autoComplete="off" value={text} change={setText} />
      }
      others={others.map(one => ({
        id: one.id,
        name: `${one.firstName} ${one.lastName}`,
        hint: [one.birthOn === null ? null : `Born ${dayDate(one.birthOn)}`, `Family ${one.family.name}`]
          .filter(Boolean)
          .join(" · "),
      }))}
      isSearching={isLoading}
      nobody={search !== "" && !isLoading && others.length === 0 ? (fault ?? nobodyWords(search)) : null}
      chosenId={chosenId}
      choose={setFromId}
      preview={preview}
      isBusy={act.isBusy}
      fault={act.fault}
      merge={(seen, kept) =>
        act.run({
          fromId: chosenId ?? "",
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

function nobodyWords(search: string): string {
  return `No other student is found by “${search}”.`;
}
