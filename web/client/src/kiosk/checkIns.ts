/** What families have done at this kiosk in the last minutes, and what became of it. */
import { useMemo, useSyncExternalStore } from "react";
import type { KioskRefusal } from "./sending";
import { clock, outbox } from "./services";

export const UNDO_WITHIN = 60_000;

export interface CheckIn {
  readonly key: string;
  readonly at: number;
  readonly state: "waiting" | "done" | "refused" | "undone";
  readonly refusal: KioskRefusal | null;
}

/** By occurrence and student. It is forgotten after an hour, so that a kiosk can run for months. */
const recent = new Map<string, CheckIn>();
const listeners = new Set<() => void>();
let version = 0;

const FORGET_AFTER = 3_600_000;
const READ_WITHIN = 15_000;

function nameOf(occurrenceId: string, studentId: string): string {
  return `${occurrenceId} ${studentId}`;
}

function become(name: string, checkIn: CheckIn): void {
  recent.set(name, checkIn);
  for (const [old, { at, state }] of recent) {
    if (state !== "waiting" && clock.now() - at > FORGET_AFTER) recent.delete(old);
  }
  version += 1;
  for (const listener of listeners) listener();
}

outbox.subscribe(() => {
  for (const act of outbox.acts()) {
    const name = nameOf(act.occurrenceId, act.input.studentId);
    const known = recent.get(name);
    if (known?.key !== act.key) {
      // Taking back what was never recorded is refused, and nobody needs to know.
      if (act.state === "parked" && act.input.kind === "undo") void outbox.dismiss(act.key);
      continue;
    }
    if (act.state === "settled" && known.state === "waiting") become(name, { ...known, state: "done" });
    if (act.state === "parked" && known.state === "waiting") {
      become(name, { ...known, state: "refused", refusal: act.refusal });
      // The family reads it now. One that has waited is listed for the staff.
      if (clock.now() - act.capturedAt < READ_WITHIN) void outbox.dismiss(act.key);
    }
  }
  // No roll sheet on this screen has to catch up with what is settled.
  for (const { occurrenceId } of outbox.acts().filter(act => act.state === "settled")) outbox.reached(occurrenceId, 0);
});

export interface Who {
  readonly occurrenceId: string;
  readonly studentId: string;
  readonly firstName: string;
}

export function checkIn({ occurrenceId, studentId, firstName }: Who): void {
  const act = { key: crypto.randomUUID(), occurrenceId, capturedAt: clock.now(), seenRevision: 0 };
  become(nameOf(occurrenceId, studentId), { key: act.key, at: act.capturedAt, state: "waiting", refusal: null });
  void outbox.add({ ...act, input: { kind: "checkIn", studentId, firstName } });
}

/** Take back a check-in within a minute. One that waits is not sent; it may have arrived, so the server is told too. */
export async function undo({ occurrenceId, studentId, firstName }: Who, done: CheckIn): Promise<void> {
  become(nameOf(occurrenceId, studentId), { ...done, state: "undone" });
  await outbox.withdraw(done.key);
  const act = { key: crypto.randomUUID(), occurrenceId, capturedAt: clock.now(), seenRevision: 0 };
  await outbox.add({ ...act, input: { kind: "undo", studentId, firstName } });
}

export function useCheckIns(): (occurrenceId: string, studentId: string) => CheckIn | null {
  const now = useSyncExternalStore(subscribe, () => version);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new function tells that something has changed.
  return useMemo(() => (occurrenceId, studentId) => recent.get(nameOf(occurrenceId, studentId)) ?? null, [now]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
