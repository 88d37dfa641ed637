import { useAnswer } from "../asking/useAnswer";
import type { Desk } from "../operations";
import type { PermissionName } from "../permissions";
import { GRANTING, type Group } from "./operations";

export interface Granting {
  /** The permissions that the viewer holds, in any portal. */
  readonly held: readonly PermissionName[];
  readonly groups: readonly Group[];
}

/** What the viewer may give and take. `granting` is null until it is known. */
export function useGranting(desk: Desk) {
  const { data, fault, reload } = useAnswer(GRANTING, { viewerId: desk.viewer.staffMember.id });
  const granting: Granting | null =
    data === null ? null : { held: data.staffAccount?.heldPermissions ?? [], groups: data.permissionGroups };
  return { granting, fault, reload };
}
