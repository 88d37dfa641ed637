export const TYPE_WORDS = {
  ACTIVE: "Active",
  TRIAL: "Trial",
  SINGLE_DAY: "Single day",
  WAITLIST: "Waitlist",
  MAKEUP: "Makeup",
} as const;

/** The types that staff choose. A makeup is booked with a token. */
export const CHOSEN_TYPES = [
  ["ACTIVE", TYPE_WORDS.ACTIVE],
  ["TRIAL", TYPE_WORDS.TRIAL],
  ["SINGLE_DAY", TYPE_WORDS.SINGLE_DAY],
  ["WAITLIST", TYPE_WORDS.WAITLIST],
] as const;

export type ChosenType = (typeof CHOSEN_TYPES)[number][0];
