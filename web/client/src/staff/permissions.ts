import type { Desk, StaffViewer } from "./operations";

export type PermissionName = StaffViewer["permissions"][number];

/** Whether the viewer holds one of these permissions. Owners hold all. What is shown depends on it; the API decides. */
export function may(desk: Desk, ...wanted: readonly PermissionName[]): boolean {
  return desk.viewer.permissions.some(one => one === "OWNER" || wanted.includes(one));
}

/** Whether the viewer may see every student in the portal of this sign-in, and not only those whom they teach. */
export function seesAll(desk: Desk): boolean {
  return may(desk, desk.viewer.portal === "OFFICE" ? "OFFICE_SEE_ALL" : "STAFF_SEE_ALL");
}
