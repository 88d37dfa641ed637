import { CheckField } from "../../parts/Field";
import type { PermissionName } from "../permissions";
import { PERMISSION_GROUPS, type PermissionWords, permissionWord } from "../permissionWords";
import { includedIn } from "./granting";

interface Props {
  readonly chosen: readonly PermissionName[];
  /** What the viewer holds, and may give and take therefore. */
  readonly held: readonly PermissionName[];
  readonly choose: (chosen: readonly PermissionName[]) => void;
}

/** All permissions with what each allows. Those that the viewer does not hold cannot be given or taken. */
export function PermissionChoice({ chosen, held, choose }: Props) {
  const toggle = (name: PermissionName, isOn: boolean) =>
    choose(isOn ? [...chosen, name] : chosen.filter(one => one !== name));
  return (
    <>
      {PERMISSION_GROUPS.map(group => (
        <fieldset key={group.title} className="permissionGroup">
          <legend>{group.title}</legend>
          {group.permissions.map(one => (
            <Permission key={one.name} words={one} chosen={chosen} isHeld={held.includes(one.name)} toggle={toggle} />
          ))}
        </fieldset>
      ))}
    </>
  );
}

interface PermissionProps {
  readonly words: PermissionWords;
  readonly chosen: readonly PermissionName[];
  readonly isHeld: boolean;
  readonly toggle: (name: PermissionName, isOn: boolean) => void;
}

function Permission({ words, chosen, isHeld, toggle }: PermissionProps) {
  const { name, word, what } = words;
  const inOther = includedIn(name, chosen);
  const isChosen = chosen.includes(name);
  const included = inOther === null ? "" : ` Included in “${permissionWord(inOther)}”.`;
  const notHeld = isHeld ? "" : " You do not hold it, so you cannot give or take it.";
  return (
    <CheckField
      label={word}
      hint={`${what}${included}${notHeld}`}
      checked={isChosen || inOther !== null}
      isDisabled={!isHeld || (inOther !== null && !isChosen)}
      change={isOn => toggle(name, isOn)}
    />
  );
}
