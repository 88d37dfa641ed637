/** Sends the acts of the kiosk's outbox: check-ins that wait go together, and taking one back goes alone. */
import { type Act, type Ask, AskFault, type Outcome, type Send } from "@rollbook/client";
import type { ResultOf } from "../graphql";
import { CHECK_IN, type QUEUED_CHECK_IN, RECORD_CHECK_INS, UNDO } from "./operations";

export interface KioskInput {
  readonly kind: "checkIn" | "undo";
  readonly studentId: string;
  readonly firstName: string;
}

export interface KioskRefusal {
  readonly code: string;
  readonly reason: string | null;
  readonly message: string;
}

type KioskAct = Act<KioskInput>;
type Outcomes = ReadonlyMap<string, Outcome<KioskRefusal>>;
type Answer = ResultOf<typeof QUEUED_CHECK_IN>;
type Refused = Extract<Answer, { code: string }>;

const TOGETHER = 100;

export function sending(ask: Ask): Send<KioskInput, KioskRefusal> {
  return async acts => {
    const [first] = acts;
    if (first === undefined) return new Map();
    const end = acts.findIndex(act => act.input.kind === "undo");
    const several = acts.slice(0, Math.min(end < 0 ? acts.length : end, TOGETHER));
    try {
      return several.length > 1 ? await together(ask, several) : await alone(ask, first);
    } catch (fault) {
      const later = !(fault instanceof AskFault) || fault.kind !== "refused";
      if (later) return new Map(acts.map(act => [act.key, { kind: "later", seconds: secondsOf(fault) }]));
      const refusal = { code: fault.code ?? "", reason: null, message: fault.message };
      return new Map([[first.key, { kind: "refused", refusal }]]);
    }
  };
}

function secondsOf(fault: unknown): number | null {
  return fault instanceof AskFault ? fault.retryAfter : null;
}

async function together(ask: Ask, acts: readonly KioskAct[]): Promise<Outcomes> {
  const input = { acts: acts.map(act => ({ checkIn: inputOf(act) })) };
  const { recordQueued: answer } = await ask(RECORD_CHECK_INS, { input });
  if (answer === null) return new Map();
  if (answer.__typename !== "RecordQueuedSuccess") {
    return new Map(acts.map(act => [act.key, { kind: "refused", refusal: refusalOf(answer) }]));
  }
  return new Map(answer.results.map(({ idempotencyKey, outcome }) => [idempotencyKey, outcomeOf(outcome)]));
}

async function alone(ask: Ask, act: KioskAct): Promise<Outcomes> {
  const answer =
    act.input.kind === "undo"
      ? (await ask(UNDO, { input: undoOf(act) })).undoKioskCheckIn
      : (await ask(CHECK_IN, { input: inputOf(act) })).checkIn;
  return answer === null ? new Map() : new Map([[act.key, outcomeOf(answer as Answer)]]);
}

function undoOf({ occurrenceId, key, input }: KioskAct) {
  return { occurrenceId, studentId: input.studentId, idempotencyKey: key };
}

function inputOf(act: KioskAct) {
  return { ...undoOf(act), capturedAt: new Date(act.capturedAt).toISOString() };
}

function outcomeOf(answer: Answer): Outcome<KioskRefusal> {
  // A kiosk is told no revisions and needs none.
  if (!("code" in answer)) return { kind: "done", revision: 0 };
  if (answer.__typename === "QueuedActPostponed") return { kind: "later", seconds: answer.retryAfter };
  return { kind: "refused", refusal: refusalOf(answer) };
}

function refusalOf(answer: Refused): KioskRefusal {
  const { message } = answer;
  const code = answer.__typename === "QueuedActNotPossible" ? answer.fault : answer.code;
  const reason = answer.__typename === "AttendanceNotRecordable" ? answer.reason : null;
  return { code, reason, message };
}
