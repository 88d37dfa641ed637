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

export function statusWord(status: StatusName | null): string {
  return status === null ? "Not marked" : STATUS_WORDS[status];
}

export function isHere(status: StatusName): boolean {
  return status !== "ABSENT" && status !== "EXCUSED_ABSENCE";
}
