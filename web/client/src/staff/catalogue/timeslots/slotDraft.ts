import type { Kind } from "../offering/draft";

/** When an offering meets, as a form has it. An empty text is nothing. */
export interface SlotDraft {
  readonly key: string;
  readonly weekday: string;
  readonly startTime: string;
  readonly minutes: string;
  readonly room: string;
  readonly startsOn: string;
  readonly endsOn: string;
}

export function newSlot(): SlotDraft {
  return { key: crypto.randomUUID(), weekday: "1", startTime: "", minutes: "45", room: "", startsOn: "", endsOn: "" };
}

/** What the form still needs. Null when it is complete. */
export function lackingInSlot(kind: Kind, slot: SlotDraft): string | null {
  if (kind === "CAMP" && (slot.startsOn === "" || slot.endsOn === "")) return "Choose the first and the last day.";
  if (kind === "APPOINTMENT" && slot.startsOn === "") return "Choose the day.";
  if (kind !== "APPOINTMENT" && slot.endsOn !== "" && slot.endsOn < slot.startsOn)
    return "The last day is before the first one.";
  if (slot.startTime === "") return "Say when it begins.";
  if (!(Number(slot.minutes) > 0)) return "Say how many minutes it lasts.";
  return null;
}

export function inputOfSlot(kind: Kind, slot: SlotDraft) {
  const at = { startTime: slot.startTime, durationMinutes: Number(slot.minutes), room: slot.room.trim() || null };
  if (kind === "CLASS")
    return { weekday: Number(slot.weekday), ...at, startsOn: slot.startsOn || null, endsOn: slot.endsOn || null };
  if (kind === "CAMP") return { weekday: null, ...at, startsOn: slot.startsOn, endsOn: slot.endsOn };
  return { weekday: null, ...at, startsOn: slot.startsOn, endsOn: slot.startsOn };
}
