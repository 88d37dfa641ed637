/** Sends the acts of the outbox: one by the mutation that fits it, several by `recordQueued`. */

import { type Ask, AskFault, type Outcome, type Send } from "@rollbook/client";
import type { ResultOf } from "../graphql";
import type { AttendanceAct, AttendanceInput, Refusal } from "./acts";
import { CLEAR, MARK, type QUEUED_ACT, RECORD_QUEUED, SUBMIT } from "./sheet/operations";

type Outcomes = Map<string, Outcome<Refusal>>;
type Refused = Extract<ResultOf<typeof QUEUED_ACT>, { code: string }>;

/** How many acts, and how many marks in them, go in one request. The server takes 500 acts, in 30 seconds. */
const ACTS = 100;
const MARKS = 500;

export function sending(ask: Ask): Send<AttendanceInput, Refusal> {
  return async acts => {
    const [first] = acts;
    const several = portionOf(acts);
    if (first === undefined) return new Map();
    try {
      return several.length > 1 ? await together(ask, several) : await alone(ask, first);
    } catch (fault) {
      if (!isRefused(fault)) return new Map(acts.map(act => [act.key, later(fault)]));
      // One of them is not understood. Sent alone, it is refused alone.
      return several.length > 1 ? alone(ask, first).catch(next => failed(first, next)) : failed(first, fault);
    }
  };
}

function isRefused(fault: unknown): fault is AskFault {
  return fault instanceof AskFault && fault.kind === "refused";
}

function failed(act: AttendanceAct, fault: unknown): Outcomes {
  if (!isRefused(fault)) return new Map([[act.key, later(fault)]]);
  const { code, message } = fault;
  const refusal = { code: code ?? "", reason: null, message, currentRevision: null, conflicts: [] };
  return new Map([[act.key, { kind: "refused", refusal }]]);
}

function later(fault: unknown): Outcome<Refusal> {
  if (!(fault instanceof AskFault) || fault.kind === "signedOut") return { kind: "later", seconds: 5 };
  return { kind: "later", seconds: fault.retryAfter };
}

function portionOf(acts: readonly AttendanceAct[]): readonly AttendanceAct[] {
  let marks = 0;
  const end = acts.findIndex(({ input }, place) => {
    marks += input.kind === "submit" ? input.marks.length : 1;
    return place > 0 && (place >= ACTS || marks > MARKS);
  });
  return end < 0 ? acts : acts.slice(0, end);
}

async function together(ask: Ask, acts: readonly AttendanceAct[]): Promise<Outcomes> {
  const { recordQueued: answer } = await ask(RECORD_QUEUED, { input: { acts: acts.map(queued) } });
  if (answer === null) return new Map();
  if (answer.__typename !== "RecordQueuedSuccess") {
    return new Map(acts.map(act => [act.key, { kind: "refused", refusal: refusalOf(answer) }]));
  }
  return new Map(answer.results.map(({ idempotencyKey, outcome }) => [idempotencyKey, outcomeOf(outcome)]));
}

function queued(act: AttendanceAct) {
  switch (act.input.kind) {
    case "mark":
      return { markAttendance: markOf(act, act.input) };
    case "clear":
      return { clearMark: clearingOf(act, act.input) };
    case "submit":
      return { submitAttendance: submissionOf(act, act.input) };
  }
}

async function alone(ask: Ask, act: AttendanceAct): Promise<Outcomes> {
  const answer = await asked(ask, act);
  return answer === null ? new Map() : new Map([[act.key, outcomeOf(answer)]]);
}

function asked(ask: Ask, act: AttendanceAct) {
  switch (act.input.kind) {
    case "mark":
      return ask(MARK, { input: markOf(act, act.input) }).then(data => data.markAttendance);
    case "clear":
      return ask(CLEAR, { input: clearingOf(act, act.input) }).then(data => data.clearMark);
    case "submit":
      return ask(SUBMIT, { input: submissionOf(act, act.input) }).then(data => data.submitAttendance);
  }
}

type InputOf<Kind> = Extract<AttendanceInput, { kind: Kind }>;

function about({ occurrenceId, seenRevision, key, capturedAt }: AttendanceAct) {
  // It is said at once too: a later act of the same person may wait, and both are then compared by the same clock.
  return { occurrenceId, seenRevision, idempotencyKey: key, capturedAt: new Date(capturedAt).toISOString() };
}

function markOf(act: AttendanceAct, { studentId, status }: InputOf<"mark">) {
  return { ...about(act), studentId, status };
}

function clearingOf(act: AttendanceAct, { studentId }: InputOf<"clear">) {
  return { ...about(act), studentId };
}

function submissionOf(act: AttendanceAct, { marks, rest }: InputOf<"submit">) {
  return { ...about(act), marks: marks.map(({ studentId, status }) => ({ studentId, status })), markRest: rest };
}

function outcomeOf(
  answer: NonNullable<Awaited<ReturnType<typeof asked>>> | ResultOf<typeof QUEUED_ACT>,
): Outcome<Refusal> {
  if ("occurrence" in answer) return { kind: "done", revision: answer.occurrence?.revision ?? 0 };
  if (answer.__typename === "QueuedActPostponed") return { kind: "later", seconds: answer.retryAfter };
  return { kind: "refused", refusal: refusalOf(answer as Refused) };
}

function refusalOf(answer: Refused): Refusal {
  const told = { code: answer.code, message: answer.message, reason: null, currentRevision: null, conflicts: [] };
  switch (answer.__typename) {
    case "AttendanceNotRecordable":
      return { ...told, reason: answer.reason };
    case "CapturedTimeNotPossible":
      return { ...told, reason: answer.capturedAtReason };
    case "QueuedActNotPossible":
      return { ...told, code: answer.fault };
    case "AttendanceConflict":
      return { ...told, currentRevision: answer.currentRevision, conflicts: conflictsOf(answer.conflicts) };
    default:
      return told;
  }
}

type Conflicting = Extract<Refused, { __typename: "AttendanceConflict" }>["conflicts"];

function conflictsOf(conflicts: Conflicting): Refusal["conflicts"] {
  return conflicts.map(one => ({
    studentId: one.studentId,
    wanted: one.wantedStatus,
    current: one.currentStatus,
    changedAt: one.changedAt,
  }));
}
