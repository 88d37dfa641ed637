import type { Seen } from "@rollbook/client";
import { useState } from "react";
import { actorName } from "../../parts/people";
import { refusalWords } from "../../parts/refusals";
import { statusWord } from "../../parts/statuses";
import { clockTime } from "../../parts/times";
import type { Conflict, ParkedAct } from "../acts";
import type { SheetRow, Status } from "./operations";
import type { Recording } from "./useRecording";

interface Props {
  readonly parked: readonly ParkedAct[];
  readonly rows: readonly Seen<SheetRow, Status>[];
  readonly zone: string;
  readonly recording: Recording;
}

/** What the server has not taken: each with both values, until the person has decided. */
export function Conflicts({ parked, rows, zone, recording }: Props) {
  return parked.map(act => (
    <section key={act.key} className="conflict" role="alert">
      {act.refusal.conflicts.length > 0 ? (
        <Choice act={act} rows={rows} zone={zone} recording={recording} />
      ) : (
        <Refused act={act} rows={rows} recording={recording} />
      )}
    </section>
  ));
}

function Refused({ act, rows, recording }: Omit<Props, "parked" | "zone"> & { act: ParkedAct }) {
  const { input } = act;
  const about = input.kind === "submit" ? "Your roll sheet" : nameOf(input.studentId, rows);
  return (
    <>
      <p>
        <strong>{about}</strong> was not saved. {refusalWords(act.refusal)}
      </p>
      <button type="button" className="button" onClick={() => recording.decide(act, new Set())}>
        Understood
      </button>
    </>
  );
}

function Choice({ act, rows, zone, recording }: Omit<Props, "parked"> & { act: ParkedAct }) {
  const [mine, setMine] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { conflicts } = act.refusal;
  const isDecided = conflicts.every(one => mine.has(one.studentId));
  const save = () => {
    recording.decide(act, new Set([...mine].filter(([, isMine]) => isMine).map(([id]) => id)));
  };
  return (
    <>
      <p>
        <strong>Somebody else marked the same {conflicts.length === 1 ? "student" : "students"} meanwhile.</strong>{" "}
        Nothing of yours was saved yet. Which value should stand?
      </p>
      {conflicts.map(one => (
        <Question
          key={one.studentId}
          conflict={one}
          rows={rows}
          zone={zone}
          chosen={mine.get(one.studentId) ?? null}
          choose={isMine => setMine(new Map(mine).set(one.studentId, isMine))}
        />
      ))}
      <button type="button" className="button main" disabled={!isDecided} onClick={save}>
        Save
      </button>
    </>
  );
}

interface QuestionProps {
  readonly conflict: Conflict;
  readonly rows: readonly Seen<SheetRow, Status>[];
  readonly zone: string;
  readonly chosen: boolean | null;
  readonly choose: (isMine: boolean) => void;
}

function Question({ conflict, rows, zone, chosen, choose }: QuestionProps) {
  const { studentId } = conflict;
  const mark = rows.find(row => row.entry.student.id === studentId)?.entry.mark ?? null;
  const who = mark === null ? "the other person" : actorName(mark.markedBy);
  return (
    <fieldset className="question">
      <legend>{nameOf(studentId, rows)}</legend>
      <label>
        <input type="radio" name={`conflict-${studentId}`} checked={chosen === false} onChange={() => choose(false)} />
        <span>
          <strong>{statusWord(conflict.current)}</strong> by {who} at {clockTime(conflict.changedAt, zone)}
        </span>
      </label>
      <label>
        <input type="radio" name={`conflict-${studentId}`} checked={chosen === true} onChange={() => choose(true)} />
        <span>
          <strong>{statusWord(conflict.wanted)}</strong> by you
        </span>
      </label>
    </fieldset>
  );
}

function nameOf(studentId: string, rows: readonly Seen<SheetRow, Status>[]): string {
  const student = rows.find(row => row.entry.student.id === studentId)?.entry.student;
  return student === undefined ? "A student" : `${student.firstName} ${student.lastName}`;
}
