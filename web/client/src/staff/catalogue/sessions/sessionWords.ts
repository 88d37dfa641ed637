import { dayDate } from "../../../parts/times";
import type { SessionFacts } from "./operations";

/** "Sep 1, 2026 to Dec 20, 2026", or "Sep 1, 2026 on, without an end". */
export function datesOf({ startsOn, endsOn }: Pick<SessionFacts, "startsOn" | "endsOn">): string {
  return endsOn === null ? `${dayDate(startsOn)} on, without an end` : `${dayDate(startsOn)} to ${dayDate(endsOn)}`;
}

export function isOver({ endsOn }: Pick<SessionFacts, "endsOn">, today: string): boolean {
  return endsOn !== null && endsOn < today;
}
