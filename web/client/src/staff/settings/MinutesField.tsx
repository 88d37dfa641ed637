import { useState } from "react";
import { Field } from "../../parts/Field";
import { NumberInput } from "./NumberInput";

const UNITS = [
  ["1", "minutes"],
  ["60", "hours"],
  ["1440", "days"],
] as const;
type Size = (typeof UNITS)[number][0];

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly least: number;
  readonly most: number;
  readonly mayBeEmpty: boolean;
  readonly value: number | null;
  /** Gets NaN while what is typed is not a number. */
  readonly change: (minutes: number | null) => void;
}

/** A span of time, typed in the unit that fits. */
export function MinutesField({ label, hint, least, most, mayBeEmpty, value, change }: Props) {
  const [size, setSize] = useState<Size>(() => sizeOf(value));
  const per = Number(size);
  const resize = (next: Size) => {
    setSize(next);
    // The number stays as it is typed, and means the new unit.
    if (value !== null) change((value / per) * Number(next));
  };
  return (
    <Field label={label} hint={hint}>
      {(id, described) => (
        <span className="span">
          <NumberInput
            id={id}
            described={described}
            least={least}
            most={most}
            mayBeEmpty={mayBeEmpty}
            per={per}
            value={value}
            change={change}
          />
          <select aria-label={`${label}: unit`} value={size} onChange={event => resize(event.target.value as Size)}>
            {UNITS.map(([one, word]) => (
              <option key={one} value={one}>
                {word}
              </option>
            ))}
          </select>
        </span>
      )}
    </Field>
  );
}

function sizeOf(minutes: number | null): Size {
  if (minutes === null || minutes === 0) return "1";
  return [...UNITS].reverse().find(([size]) => minutes % Number(size) === 0)?.[0] ?? "1";
}
