import { plainDate } from "../../../parts/times";
import type { ClosureFacts } from "./operations";

type Scope = ClosureFacts["scope"];

const SCOPES: Record<Scope, string> = {
  BOTH: "Classes and appointments",
  ATTENDANCE: "Classes, not appointments",
  BILLING: "Nothing is closed; for billing only",
};

export const SCOPE_CHOICES: readonly (readonly [Scope, string])[] = [
  ["BOTH", SCOPES.BOTH],
  ["ATTENDANCE", SCOPES.ATTENDANCE],
  ["BILLING", SCOPES.BILLING],
];

export function scopeWords(scope: Scope): string {
  return SCOPES[scope];
}

/** "Thu, Dec 24, 2026", or the first and the last day. */
export function daysOf({ startsOn, endsOn }: Pick<ClosureFacts, "startsOn" | "endsOn">): string {
  return startsOn === endsOn ? plainDate(startsOn) : `${plainDate(startsOn)} to ${plainDate(endsOn)}`;
}
