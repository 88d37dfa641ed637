/** Values of settings in words. */
import { counted } from "../../parts/counted";
import type { Spec, Value } from "./specs";

const UNITS = [
  [1440, "day"],
  [60, "hour"],
  [1, "minute"],
] as const;

/** "2 days", "90 minutes": minutes in the largest unit that holds them without a rest. */
export function minutesWords(minutes: number): string {
  const [size, word] = UNITS.find(([each]) => minutes !== 0 && minutes % each === 0) ?? [1, "minute"];
  return counted(minutes / size, word);
}

export function valueWords(spec: Spec, value: Value): string {
  if (value === null) return "empty" in spec && spec.empty !== undefined ? spec.empty : "not set";
  if (typeof value === "boolean") return value ? "on" : "off";
  switch (spec.kind) {
    case "minutes":
      return minutesWords(Number(value));
    case "choice":
      return choiceWord(spec.choices, String(value));
    case "several":
      return (value as readonly string[]).map(one => choiceWord(spec.choices, one)).join(", ");
    default:
      return String(value);
  }
}

function choiceWord(choices: readonly (readonly [string, string])[], value: string): string {
  return choices.find(([name]) => name === value)?.[1] ?? value;
}

/** A value as the list of changes has it, in GraphQL notation: `true`, `3`, `[ACTIVE, TRIAL]`. */
export function fromNotation(text: string | null): Value {
  if (text === null) return null;
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d+$/.test(text)) return Number(text);
  if (text.startsWith("["))
    return text
      .slice(1, -1)
      .split(",")
      .map(one => one.trim())
      .filter(one => one !== "");
  return text;
}
