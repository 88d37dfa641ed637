import { useEffect, useState } from "react";
import { isHere } from "../parts/statuses";
import { clockTime } from "../parts/times";
import { type CheckIn, checkIn, UNDO_WITHIN, undo, useCheckIns } from "./checkIns";
import type { Lesson, Student } from "./operations";
import { clock } from "./services";
import { reasonWords, refusedWords } from "./words";

const RESETS_AFTER = 20_000;

interface Props {
  readonly students: readonly Student[];
  readonly zone: string;
  readonly leave: () => void;
}

/** The children of one family, by first name. The screen goes back to the keypad when nobody touches it. */
export function Family({ students, zone, leave }: Props) {
  const found = useCheckIns();
  useEffect(() => {
    let timer = setTimeout(leave, RESETS_AFTER);
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(leave, RESETS_AFTER);
    };
    addEventListener("pointerdown", touched);
    addEventListener("keydown", touched);
    return () => {
      clearTimeout(timer);
      removeEventListener("pointerdown", touched);
      removeEventListener("keydown", touched);
    };
  }, [leave]);
  return (
    <section className="family">
      <h1>Who is here?</h1>
      <ul>
        {students.map(student => (
          <li key={student.studentId} className="card child">
            <h2>{student.firstName}</h2>
            {student.occurrences.map(lesson => (
              <Row
                key={lesson.occurrenceId}
                student={student}
                lesson={lesson}
                zone={zone}
                done={found(lesson.occurrenceId, student.studentId)}
              />
            ))}
          </li>
        ))}
      </ul>
      <button type="button" className="key main" onClick={leave}>
        Done
      </button>
    </section>
  );
}

interface RowProps {
  readonly student: Student;
  readonly lesson: Lesson;
  readonly zone: string;
  readonly done: CheckIn | null;
}

function Row({ student, lesson, zone, done }: RowProps) {
  const who = { occurrenceId: lesson.occurrenceId, studentId: student.studentId, firstName: student.firstName };
  const what = `${lesson.offeringName}, ${clockTime(lesson.startsAt, zone)}`;
  const mayUndo = useWithin(done === null ? 0 : done.at + UNDO_WITHIN);
  const isDone = done?.state === "waiting" || done?.state === "done";
  const isCheckedIn = isDone || (done === null && lesson.status !== null && isHere(lesson.status));
  if (isCheckedIn) {
    return (
      <div className="lesson came">
        <span className="what">{what}</span>
        <output>✓ Checked in</output>
        {isDone && mayUndo && (
          <button
            type="button"
            className="button"
            aria-label={`Undo: ${student.firstName}, ${what}`}
            onClick={() => void undo(who, done)}
          >
            Undo
          </button>
        )}
      </div>
    );
  }
  const mayCheckIn = done?.state === "undone" || (done === null && lesson.canCheckIn);
  if (!mayCheckIn) {
    const why =
      done?.refusal == null ? reasonWords(lesson.noCheckInReason, lesson.opensAt, zone) : refusedWords(done.refusal);
    return (
      <div className="lesson">
        <span className="what">{what}</span>
        <output>{why}</output>
      </div>
    );
  }
  return (
    <button type="button" className="lesson key" onClick={() => checkIn(who)}>
      <span className="what">{what}</span>{" "}
      <span className="go">
        Check in<span className="unseen"> {student.firstName}</span>
      </span>
    </button>
  );
}

/** Whether the moment has not come yet; the row is drawn anew when it comes. */
function useWithin(moment: number): boolean {
  const [now, setNow] = useState(clock.now);
  useEffect(() => {
    const rest = moment - clock.now();
    if (rest <= 0) return;
    const timer = setTimeout(() => setNow(clock.now()), rest + 50);
    return () => clearTimeout(timer);
  }, [moment]);
  return Math.max(now, clock.now()) < moment;
}
