import { CheckField } from "../../parts/Field";
import type { PermissionName } from "../permissions";
import { permissionWord } from "../permissionWords";
import { lackingOf } from "./granting";
import type { Granting } from "./useGranting";

interface Props {
  readonly granting: Granting;
  readonly chosen: readonly string[];
  readonly choose: (ids: readonly string[]) => void;
}

/** The permission groups of a person. A group that holds more than the viewer cannot be given or taken. */
export function GroupChoice({ granting, chosen, choose }: Props) {
  if (granting.groups.length === 0) return null;
  return (
    <fieldset className="permissionGroup">
      <legend>Permission groups</legend>
      {granting.groups.map(group => {
        const lacking = lackingOf(group.permissions, granting.held);
        return (
          <CheckField
            key={group.id}
            label={group.name}
            hint={`${wordsOf(group.permissions)}${lacking.length === 0 ? "" : notYours(lacking)}`}
            checked={chosen.includes(group.id)}
            isDisabled={lacking.length > 0}
            change={isOn => choose(isOn ? [...chosen, group.id] : chosen.filter(id => id !== group.id))}
          />
        );
      })}
    </fieldset>
  );
}

/** "See reports, Change settings" of the permissions of a group. */
export function wordsOf(permissions: readonly PermissionName[]): string {
  return permissions.length === 0 ? "No permissions" : permissions.map(permissionWord).join(", ");
}

function notYours(lacking: readonly PermissionName[]): string {
  return `. You do not hold “${lacking.map(permissionWord).join("”, “")}”, so you cannot give or take this group.`;
}
