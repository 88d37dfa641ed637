/** Who may give and take which permissions: nobody gives or takes what they do not hold themselves. */
import type { PermissionName } from "../permissions";
import { ALL_PERMISSIONS } from "../permissionWords";
import type { Account, Group } from "./operations";

/** The permissions that one permission includes. */
const INCLUDES: Partial<Record<PermissionName, readonly PermissionName[]>> = {
  OWNER: ALL_PERMISSIONS.map(one => one.name),
  OFFICE_ATTENDANCE_FULL: ["OFFICE_ATTENDANCE_VIEW"],
  STAFF_ATTENDANCE_FULL: ["STAFF_ATTENDANCE_VIEW"],
};

/** Which of the chosen permissions includes this one already. Null: none does. */
export function includedIn(name: PermissionName, chosen: readonly PermissionName[]): PermissionName | null {
  if (name !== "OWNER" && chosen.includes("OWNER")) return "OWNER";
  return chosen.find(one => one !== name && INCLUDES[one]?.includes(name)) ?? null;
}

export function lackingOf(
  permissions: readonly PermissionName[],
  held: readonly PermissionName[],
): readonly PermissionName[] {
  const all = permissions.flatMap(one => [one, ...(INCLUDES[one] ?? [])]);
  if (permissions.includes("OWNER") && !held.includes("OWNER")) return ["OWNER"];
  return all.filter((one, at) => !held.includes(one) && all.indexOf(one) === at);
}

/** Whether the viewer may rename the person, change the address and end the access. */
export function mayChange(account: Account, held: readonly PermissionName[]): boolean {
  return account.heldPermissions.every(one => held.includes(one));
}

/** From where the person has a permission: groups by name, "own", or another permission that includes it. */
export function sourcesOf(account: Account, name: PermissionName): readonly string[] {
  const groups = account.groups.filter(group => group.permissions.includes(name)).map(group => group.name);
  return account.permissions.includes(name) ? [...groups, "given to this person"] : groups;
}

export function nameOf({ staffMember }: Account): string {
  return `${staffMember.firstName} ${staffMember.lastName}`.trim();
}

export function byName(groups: readonly Group[], ids: readonly string[]): readonly Group[] {
  return groups.filter(group => ids.includes(group.id));
}
