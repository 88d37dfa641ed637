import { useState } from "react";
import { Field } from "../../parts/Field";

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
          <input
            id={id}
            aria-describedby={described}
            type="number"
            required={!mayBeEmpty}
            min={Math.ceil(least / per)}
            max={Math.floor(most / per)}
            value={value === null || Number.isNaN(value) ? "" : value / per}
            onChange={event => change(minutesOf(event.target.value, per, mayBeEmpty))}
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

function minutesOf(text: string, per: number, mayBeEmpty: boolean): number | null {
  if (text === "") return mayBeEmpty ? null : Number.NaN;
  return Number(text) * per;
}

function sizeOf(minutes: number | null): Size {
  if (minutes === null || minutes === 0) return "1";
  return [...UNITS].reverse().find(([size]) => minutes % Number(size) === 0)?.[0] ?? "1";
}
