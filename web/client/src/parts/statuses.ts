/** The six statuses as people read them. */
export const STATUSES = [
  "PRESENT",
  "TARDY",
  "LEFT_EARLY",
  "TARDY_AND_LEFT_EARLY",
  "ABSENT",
  "EXCUSED_ABSENCE",
] as const;

export type StatusName = (typeof STATUSES)[number];

export const STATUS_WORDS: Record<StatusName, string> = {
  PRESENT: "Present",
  TARDY: "Tardy",
  LEFT_EARLY: "Left early",
  TARDY_AND_LEFT_EARLY: "Tardy, left early",
  ABSENT: "Absent",
  EXCUSED_ABSENCE: "Excused",
};

/** The four statuses without a button of their own, where there is room for a letter or two. */
export const STATUS_LETTERS: Partial<Record<StatusName, string>> = {
  TARDY: "T",
  LEFT_EARLY: "L",
  TARDY_AND_LEFT_EARLY: "T L",
  EXCUSED_ABSENCE: "E",
};

export function statusWord(status: StatusName | null): string {
  return status === null ? "Not marked" : STATUS_WORDS[status];
}

export function isHere(status: StatusName): boolean {
  return status !== "ABSENT" && status !== "EXCUSED_ABSENCE";
}
