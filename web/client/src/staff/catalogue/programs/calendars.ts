import { dayDate } from "../../../parts/times";
import type { ProgramFacts } from "./operations";

/** The closures of a program, and those that are planned for it: "Closures: Autumn, from Mar 1, 2026 Winter". */
export function closuresOf({ blackoutSchedule, plannedBlackoutSchedule }: ProgramFacts): string {
  const now = blackoutSchedule === null ? "Never closed" : `Closures: ${blackoutSchedule.name}`;
  if (plannedBlackoutSchedule === null) return now;
  const { blackoutSchedule: next, from } = plannedBlackoutSchedule;
  return `${now}, from ${dayDate(from)} ${next === null ? "never closed" : next.name}`;
}
