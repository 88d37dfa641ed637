import type { SheetState } from "@rollbook/client";
import { useMemo } from "react";
import type { AttendanceInput, ParkedAct } from "../acts";
import type { Desk } from "../operations";
import { type AttendanceOutbox, clock } from "../services";
import { type Draft, NO_DRAFT, seenRevision, withMark, without } from "./draft";
import type { SheetHead, SheetRow, Status } from "./operations";

interface Given {
  readonly id: string;
  readonly desk: Desk;
  readonly outbox: AttendanceOutbox;
  readonly state: SheetState<SheetRow, SheetHead> | null;
  readonly draft: Draft;
  readonly setDraft: (draft: Draft) => void;
}

export interface Recording {
  /** Choose a status for a student, or none. In check-in mode it is sent at once. */
  readonly mark: (studentId: string, status: Status | null) => void;
  /** Choose a status for everybody whom no person has marked. */
  readonly markRest: (status: Status) => void;
  readonly submit: () => void;
  readonly discard: () => void;
  /** Decide about an act that the server refused: send it again for these students, or for none. */
  readonly decide: (act: ParkedAct, mine: ReadonlySet<string>) => void;
}

export function useRecording({ id, desk, outbox, state, draft, setDraft }: Given): Recording {
  return useMemo(() => {
    const revision = state?.revision ?? 0;
    const add = (input: AttendanceInput, seen: number) =>
      void outbox.add({
        key: crypto.randomUUID(),
        occurrenceId: id,
        capturedAt: clock.now(),
        seenRevision: seen,
        input,
      });
    return {
      mark(studentId, status) {
        if (desk.checkInMode) {
          add(status === null ? { kind: "clear", studentId } : { kind: "mark", studentId, status }, revision);
          return;
        }
        const stands = state?.entries.find(entry => entry.student.id === studentId)?.mark ?? null;
        const isAsBefore = status === (stands?.status ?? null) && !stands?.isDefaulted && draft.rest === null;
        setDraft(isAsBefore ? without(draft, studentId) : withMark(draft, { studentId, status, seen: revision }));
      },
      markRest(status) {
        if (desk.checkInMode) add({ kind: "submit", marks: [], rest: status }, revision);
        else setDraft({ ...draft, rest: status });
      },
      submit() {
        const rows = (state?.entries ?? []).map(entry => ({
          studentId: entry.student.id,
          status: entry.mark?.status ?? null,
          revision: entry.mark?.revision ?? 0,
        }));
        const marks = draft.marks.map(({ studentId, status }) => ({ studentId, status }));
        add({ kind: "submit", marks, rest: draft.rest }, seenRevision(draft, revision, rows));
        setDraft(NO_DRAFT);
      },
      discard: () => setDraft(NO_DRAFT),
      decide(act, mine) {
        const again = againWith(act, mine);
        if (again !== null) add(again, act.refusal.currentRevision ?? revision);
        void outbox.dismiss(act.key);
      },
    };
  }, [id, desk.checkInMode, outbox, state, draft, setDraft]);
}

/** What is left of a refused act when the rows in conflict keep the others' values, except those of `mine`. */
function againWith(act: ParkedAct, mine: ReadonlySet<string>): AttendanceInput | null {
  const theirs = new Set(act.refusal.conflicts.map(one => one.studentId).filter(one => !mine.has(one)));
  const { input } = act;
  if (input.kind !== "submit") return theirs.has(input.studentId) || mine.size === 0 ? null : input;
  const marks = input.marks.filter(mark => !theirs.has(mark.studentId));
  return marks.length === 0 && input.rest === null ? null : { ...input, marks };
}
