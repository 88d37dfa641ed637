import type { ResultOf } from "../../../graphql";
import { inputOfSlot, lackingInSlot, newSlot, type SlotDraft } from "../timeslots/slotDraft";
import type { OFFERING_CHOICES } from "./operations";
import type { Teacher } from "./TeachersField";

export type Kind = "CLASS" | "CAMP" | "APPOINTMENT";
export type Choices = ResultOf<typeof OFFERING_CHOICES>;

/** What an offering is, as a form has it. An empty text is nothing. */
export interface OfferingDraft {
  readonly name: string;
  readonly locationId: string;
  readonly programId: string;
  readonly sessionIds: readonly string[];
  readonly instructors: readonly Teacher[];
  readonly capacity: string;
  readonly minAgeMonths: number | null;
  readonly maxAgeMonths: number | null;
  readonly gender: string;
}

export interface NewOfferingDraft extends OfferingDraft {
  readonly kind: Kind;
  readonly from: string;
  readonly slots: readonly SlotDraft[];
}

export function newOffering(today: string, locationId: string): NewOfferingDraft {
  return {
    kind: "CLASS",
    name: "",
    locationId,
    programId: "",
    sessionIds: [],
    instructors: [],
    capacity: "",
    minAgeMonths: null,
    maxAgeMonths: null,
    gender: "",
    from: today,
    slots: [newSlot()],
  };
}

/** What the form still needs. Null when it is complete. */
export function lackingIn(draft: OfferingDraft): string | null {
  if (draft.name.trim() === "") return "Type a name.";
  if (draft.locationId === "") return "Choose a location.";
  const { minAgeMonths: lowest, maxAgeMonths: highest } = draft;
  if (lowest !== null && highest !== null && highest < lowest) return "The highest age is below the lowest one.";
  return null;
}

export function lackingInNew(draft: NewOfferingDraft): string | null {
  const slots = draft.slots.map(one => lackingInSlot(draft.kind, one));
  const first = draft.kind === "CLASS" && draft.from === "" ? "Choose the first day on which it can meet." : null;
  return lackingIn(draft) ?? slots.find(one => one !== null) ?? first;
}

export function inputOf(draft: OfferingDraft) {
  return {
    name: draft.name,
    locationId: draft.locationId,
    programId: draft.programId || null,
    sessionIds: [...draft.sessionIds],
    instructorIds: draft.instructors.map(one => one.id),
    capacity: draft.capacity === "" ? null : Number(draft.capacity),
    minAgeMonths: draft.minAgeMonths,
    maxAgeMonths: draft.maxAgeMonths,
    gender: draft.gender.trim() || null,
  };
}

/** Camps and appointments have dates of their own, so they need no first day. */
export function inputOfNew(draft: NewOfferingDraft) {
  const { kind, from, slots } = draft;
  return {
    kind,
    ...inputOf(draft),
    timeslots: slots.map(one => inputOfSlot(kind, one)),
    ...(kind === "CLASS" ? { from } : {}),
  };
}
