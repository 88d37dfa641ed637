import { SelectField } from "../../../parts/Field";
import { zones, zoneWords } from "./zones";

interface Props {
  readonly hint: string;
  readonly value: string;
  readonly change: (zone: string) => void;
}

/** Chooses a time zone. A zone that this browser does not list is offered all the same when it is chosen already. */
export function ZoneField({ hint, value, change }: Props) {
  const all = zones();
  const offered = all.includes(value) ? all : [value, ...all];
  return (
    <SelectField
      label="Time zone"
      hint={hint}
      value={value}
      choices={offered.map(zone => [zone, zoneWords(zone)] as const)}
      change={change}
    />
  );
}
