/** The permissions of staff in plain words, in groups as the pages list them. */
import type { PermissionName } from "./permissions";

export interface PermissionWords {
  readonly name: PermissionName;
  readonly word: string;
  /** What somebody with this permission can do. */
  readonly what: string;
}

export interface PermissionGroupWords {
  readonly title: string;
  readonly permissions: readonly PermissionWords[];
}

const PORTAL = "Without it, a person sees only the classes that they teach or substitute.";

export const PERMISSION_GROUPS: readonly PermissionGroupWords[] = [
  {
    title: "Everything",
    permissions: [
      {
        name: "OWNER",
        word: "Owner",
        what: "Holds every permission, may erase families, and decides who needs a second step to sign in.",
      },
    ],
  },
  {
    title: "In the Office Portal",
    permissions: [
      {
        name: "OFFICE_ATTENDANCE_VIEW",
        word: "See attendance in the office",
        what: "Opens the Office Portal and reads roll sheets and students there.",
      },
      {
        name: "OFFICE_ATTENDANCE_FULL",
        word: "Record attendance in the office",
        what: "Reads roll sheets and marks students in the Office Portal.",
      },
      {
        name: "OFFICE_SEE_ALL",
        word: "See all classes in the office",
        what: `Sees every class and student in the Office Portal. ${PORTAL}`,
      },
    ],
  },
  {
    title: "In the Staff Portal",
    permissions: [
      {
        name: "STAFF_ATTENDANCE_VIEW",
        word: "See attendance as staff",
        what: "Reads roll sheets and students in the Staff Portal.",
      },
      {
        name: "STAFF_ATTENDANCE_FULL",
        word: "Record attendance as staff",
        what: "Reads roll sheets and marks students in the Staff Portal.",
      },
      {
        name: "STAFF_SEE_ALL",
        word: "See all classes as staff",
        what: `Sees every class and student in the Staff Portal. ${PORTAL}`,
      },
      {
        name: "EXCUSE_ABSENCES",
        word: "Excuse absences",
        what: "Marks absences as excused in the Staff Portal. Whoever records attendance in the office may do so anyway.",
      },
    ],
  },
  {
    title: "Students and families",
    permissions: [
      { name: "MANAGE_ENROLLMENTS", word: "Manage enrollments", what: "Enrolls, transfers and drops students." },
      {
        name: "MANAGE_PEOPLE",
        word: "Manage families",
        what: "Registers families, and changes and merges families, guardians and students.",
      },
      { name: "SEE_MEDICAL", word: "See medical notes", what: "Reads the text of medical notes on roll sheets." },
      {
        name: "SEE_BALANCES",
        word: "See balances",
        what: "Sees what a family owes. In the Staff Portal, a setting must allow it too.",
      },
      {
        name: "SEND_STATEMENTS",
        word: "Send statements",
        what: "Sends families their statements. Needs “See balances” too.",
      },
    ],
  },
  {
    title: "Makeups and cancellations",
    permissions: [
      {
        name: "CREATE_MAKEUP_TOKENS",
        word: "Create makeup tokens",
        what: "Creates, edits and resets makeup tokens, and decides about makeups that families request.",
      },
      { name: "DELETE_MAKEUP_TOKENS", word: "Delete makeup tokens", what: "Deletes makeup tokens." },
      {
        name: "MAKEUPS_WITHOUT_TOKENS",
        word: "Book makeups without a token",
        what: "Books a makeup for a student who has no makeup token.",
      },
      { name: "CANCEL_OCCURRENCES", word: "Cancel classes", what: "Cancels the classes of a day and restores them." },
    ],
  },
  {
    title: "The business",
    permissions: [
      {
        name: "MANAGE_CATALOGUE",
        word: "Manage classes and places",
        what: "Makes, changes and ends locations, programs, sessions, closures, classes and their times.",
      },
      {
        name: "MANAGE_STAFF",
        word: "Manage staff",
        what: "Invites, changes and ends staff, gives permissions that they hold themselves, and assigns substitutes.",
      },
      { name: "MANAGE_SETTINGS", word: "Change settings", what: "Changes the settings of the business." },
      {
        name: "SEE_REPORTS",
        word: "See reports",
        what: "Reads and saves reports about all classes, students and staff.",
      },
      { name: "LAUNCH_KIOSK", word: "Start kiosks", what: "Starts check-in kiosks and switches them off." },
    ],
  },
];

export const ALL_PERMISSIONS = PERMISSION_GROUPS.flatMap(group => group.permissions);

/** A permission that a newer server knows and these pages do not is shown by its name. */
export function permissionWord(name: PermissionName): string {
  return ALL_PERMISSIONS.find(one => one.name === name)?.word ?? name;
}
