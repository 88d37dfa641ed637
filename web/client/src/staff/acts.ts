/** What staff do on a roll sheet, as acts of the outbox. */
import type { Act, Intent, Shown } from "@rollbook/client";
import type { Status } from "./sheet/operations";

export interface OneMark {
  readonly studentId: string;
  /** Null clears the mark. */
  readonly status: Status | null;
}

export type AttendanceInput =
  | { readonly kind: "mark"; readonly studentId: string; readonly status: Status }
  | { readonly kind: "clear"; readonly studentId: string }
  | { readonly kind: "submit"; readonly marks: readonly OneMark[]; readonly rest: Status | null };

export interface Conflict {
  readonly studentId: string;
  readonly wanted: Status | null;
  readonly current: Status | null;
  readonly changedAt: string;
}

/** Why the server did not take an act. `conflicts` is empty unless somebody else had changed the same rows. */
export interface Refusal {
  /** The name of the refusal, such as STUDENT_NOT_ON_ROSTER, or of the error. */
  readonly code: string;
  /** What the refusal says more precisely, for example CANCELLED. Null when it says no more. */
  readonly reason: string | null;
  readonly message: string;
  readonly currentRevision: number | null;
  readonly conflicts: readonly Conflict[];
}

export type AttendanceAct = Act<AttendanceInput>;
export type ShownAct = Shown<AttendanceInput, Refusal>;
export type ParkedAct = Extract<ShownAct, { state: "parked" }>;

export function intentOf(input: AttendanceInput): Intent<Status> {
  if (input.kind === "submit") return { marks: input.marks, rest: input.rest };
  const status = input.kind === "mark" ? input.status : null;
  return { marks: [{ studentId: input.studentId, status }], rest: null };
}
