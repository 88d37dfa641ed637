/** What each page needs of the viewer. The API decides in any case; here it keeps forms away that it would refuse. */
import type { Desk } from "./operations";
import { may, type PermissionName, seesAll } from "./permissions";
import type { Place } from "./router";

/** A permission, or one that exists once for each portal. */
export type Need = PermissionName | "ATTENDANCE_VIEW" | "SEE_ALL";

// A roll sheet stays open to decide about marks that were refused because the permission was taken away.
const NEEDS: Readonly<Record<Place["page"], readonly Need[]>> = {
  day: ["ATTENDANCE_VIEW"],
  dashboard: ["ATTENDANCE_VIEW"],
  sheet: [],
  student: ["ATTENDANCE_VIEW"],
  families: ["MANAGE_PEOPLE", "ATTENDANCE_VIEW", "SEE_ALL"],
  newFamily: ["MANAGE_PEOPLE", "ATTENDANCE_VIEW", "SEE_ALL"],
  family: ["ATTENDANCE_VIEW"],
  classes: ["MANAGE_CATALOGUE", "ATTENDANCE_VIEW"],
  class: ["MANAGE_CATALOGUE", "ATTENDANCE_VIEW"],
  newOffering: ["MANAGE_CATALOGUE", "ATTENDANCE_VIEW", "SEE_ALL"],
  sessions: ["MANAGE_CATALOGUE"],
  carryOver: ["MANAGE_CATALOGUE"],
  closures: ["MANAGE_CATALOGUE"],
  programs: ["MANAGE_CATALOGUE"],
  locations: ["MANAGE_CATALOGUE"],
  reports: ["SEE_REPORTS"],
  staff: ["MANAGE_STAFF"],
  groups: ["MANAGE_STAFF"],
  staffMember: ["MANAGE_STAFF"],
  settings: ["MANAGE_SETTINGS"],
  tasks: [],
  account: [],
  invitation: [],
  forgotten: [],
  reset: [],
  unknown: [],
};

/** The permissions that the viewer lacks for a page, in the portal of this sign-in. Empty: the page opens. */
export function lackingFor(page: Place["page"], desk: Desk): readonly PermissionName[] {
  return NEEDS[page].filter(need => !has(desk, need)).map(need => permissionOf(need, desk));
}

export function has(desk: Desk, need: Need): boolean {
  switch (need) {
    case "ATTENDANCE_VIEW":
      return may(desk, "OFFICE_ATTENDANCE_VIEW", "STAFF_ATTENDANCE_VIEW");
    case "SEE_ALL":
      return seesAll(desk);
    default:
      return may(desk, need);
  }
}

function permissionOf(need: Need, desk: Desk): PermissionName {
  const isOffice = desk.viewer.portal === "OFFICE";
  if (need === "ATTENDANCE_VIEW") return isOffice ? "OFFICE_ATTENDANCE_VIEW" : "STAFF_ATTENDANCE_VIEW";
  if (need === "SEE_ALL") return isOffice ? "OFFICE_SEE_ALL" : "STAFF_SEE_ALL";
  return need;
}
