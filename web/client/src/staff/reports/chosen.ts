import type { VariablesOf } from "../../graphql";
import type { WRITE_REPORT } from "./operations";

export type ReportFile = VariablesOf<typeof WRITE_REPORT>["input"]["file"];

/** What the page shows, in the order in which it offers them. Each can be had as a file of the same name. */
export const REPORTS: readonly (readonly [ReportFile, string])[] = [
  ["ATTENDANCE_BY_OFFERING", "Attendance by class"],
  ["ATTENDANCE_BY_STUDENT", "Attendance by student"],
  ["ATTENDANCE_BY_INSTRUCTOR", "Attendance by instructor"],
  ["ATTENDANCE_BY_LOCATION", "Attendance by location"],
  ["ATTENDANCE_BY_WEEK", "Attendance by week"],
  ["ABSENCES", "Absences and their makeup tokens"],
  ["TOKENS_BY_STUDENT", "Makeup tokens by student"],
  ["TOKENS_BY_PROGRAM", "Makeup tokens by program"],
  ["TOKENS_BY_LOCATION", "Makeup tokens by location"],
  ["CAPACITY", "Places and who has them"],
  ["NOT_TAKEN", "Roll sheets that nobody took"],
];

export function titleOf(file: ReportFile): string {
  return REPORTS.find(([each]) => each === file)?.[1] ?? "";
}

/** What a report is about. `from` and `to` are dates, `locationId` is empty for all locations. */
export interface Chosen {
  readonly file: ReportFile;
  readonly from: string;
  readonly to: string;
  readonly locationId: string;
}

export interface Filter {
  readonly from: string;
  readonly to: string;
  readonly locationIds: string[];
}

export function filterOf({ file, from, to, locationId }: Chosen): Filter {
  return { from: file === "CAPACITY" ? to : from, to, locationIds: locationId === "" ? [] : [locationId] };
}

/** Why no report can be made for these dates, or null. */
export function faultOf({ file, from, to }: Chosen): string | null {
  if (file === "CAPACITY" && to !== "") return null;
  if (from === "" || to === "") return "Choose both dates.";
  if (from > to) return "The first date is after the last one.";
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  return days > 366 ? `These are ${days} days. A report covers at most 366.` : null;
}
