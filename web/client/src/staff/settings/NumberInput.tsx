interface Props {
  readonly id: string;
  readonly described: string | undefined;
  readonly least: number;
  readonly most: number;
  readonly mayBeEmpty: boolean;
  /** How much of the value one of the typed unit is. */
  readonly per?: number;
  readonly value: number | null;
  /** Gets NaN while what is typed is not a number. */
  readonly change: (value: number | null) => void;
}

/** The control of a whole number, or of none. */
export function NumberInput({ id, described, least, most, mayBeEmpty, per = 1, value, change }: Props) {
  return (
    <input
      id={id}
      aria-describedby={described}
      type="number"
      required={!mayBeEmpty}
      min={Math.ceil(least / per)}
      max={Math.floor(most / per)}
      value={value === null || Number.isNaN(value) ? "" : value / per}
      onChange={event => {
        const text = event.target.value;
        if (text !== "") change(Number(text) * per);
        else change(mayBeEmpty ? null : Number.NaN);
      }}
    />
  );
}
