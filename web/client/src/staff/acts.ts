/** What staff do on a roll sheet, as acts of the outbox, and how each is sent. */
import { type Ask, AskFault } from "../live/ask";
import type { Act, Outcome, Shown } from "../live/outbox";
import type { Intent } from "../live/store";
import { CLEAR, MARK, type Status, SUBMIT } from "./sheet/operations";

export interface OneMark {
  readonly studentId: string;
  /** Null clears the mark. */
  readonly status: Status | null;
}

export type AttendanceInput =
  | { readonly kind: "mark"; readonly studentId: string; readonly status: Status }
  | { readonly kind: "clear"; readonly studentId: string }
  | { readonly kind: "submit"; readonly marks: readonly OneMark[]; readonly rest: Status | null };

export interface Conflict {
  readonly studentId: string;
  readonly wanted: Status | null;
  readonly current: Status | null;
  readonly changedAt: string;
}

/** Why the server did not take an act. `conflicts` is empty unless somebody else had changed the same rows. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly currentRevision: number | null;
  readonly conflicts: readonly Conflict[];
}

const WAITED = 10_000;

export type AttendanceAct = Act<AttendanceInput>;
export type ShownAct = Shown<AttendanceInput, Refusal>;
export type ParkedAct = Extract<ShownAct, { state: "parked" }>;

export function intentOf(input: AttendanceInput): Intent<Status> {
  if (input.kind === "submit") return { marks: input.marks, rest: input.rest };
  const status = input.kind === "mark" ? input.status : null;
  return { marks: [{ studentId: input.studentId, status }], rest: null };
}

/** Send an act by the mutation that fits it. */
export function sending(ask: Ask): (act: AttendanceAct) => Promise<Outcome<Refusal>> {
  return async act => {
    try {
      return outcomeOf(await asked(ask, act));
    } catch (fault) {
      if (!(fault instanceof AskFault) || fault.kind === "signedOut") return { kind: "later", seconds: 5 };
      if (fault.kind === "unreachable") return { kind: "later", seconds: fault.retryAfter };
      const refusal = { code: fault.code ?? "", message: fault.message, currentRevision: null, conflicts: [] };
      return { kind: "refused", refusal };
    }
  };
}

function asked(ask: Ask, act: AttendanceAct) {
  const { input, occurrenceId, seenRevision, key } = act;
  const about = { occurrenceId, seenRevision, idempotencyKey: key };
  // What is sent at once is judged by the server's clock, which is the better one.
  const waited = Date.now() - act.capturedAt > WAITED;
  const capturedAt = waited ? new Date(act.capturedAt).toISOString() : null;
  switch (input.kind) {
    case "mark":
      return ask(MARK, { input: { ...about, capturedAt, studentId: input.studentId, status: input.status } }).then(
        data => data.markAttendance,
      );
    case "clear":
      return ask(CLEAR, { input: { ...about, studentId: input.studentId } }).then(data => data.clearMark);
    case "submit": {
      const marks = input.marks.map(({ studentId, status }) => ({ studentId, status }));
      return ask(SUBMIT, { input: { ...about, capturedAt, marks, markRest: input.rest } }).then(
        data => data.submitAttendance,
      );
    }
  }
}

function outcomeOf(answer: Awaited<ReturnType<typeof asked>>): Outcome<Refusal> {
  if (answer === null) return { kind: "later", seconds: null };
  if ("occurrence" in answer) return { kind: "done", revision: answer.occurrence.revision };
  const isConflict = answer.__typename === "AttendanceConflict";
  return {
    kind: "refused",
    refusal: {
      code: answer.__typename,
      message: answer.message,
      currentRevision: isConflict ? answer.currentRevision : null,
      conflicts: isConflict
        ? answer.conflicts.map(one => ({
            studentId: one.studentId,
            wanted: one.wantedStatus,
            current: one.currentStatus,
            changedAt: one.changedAt,
          }))
        : [],
    },
  };
}
