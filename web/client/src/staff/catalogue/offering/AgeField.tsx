interface Props {
  readonly label: string;
  readonly months: number | null;
  readonly change: (months: number | null) => void;
}

/** An age in years and months. Both empty: none. */
export function AgeField({ label, months, change }: Props) {
  const years = months === null ? "" : String(Math.floor(months / 12));
  const rest = months === null ? "" : String(months % 12);
  const set = (one: string, other: string) =>
    change(one === "" && other === "" ? null : Number(one) * 12 + Number(other));
  return (
    <fieldset className="field age">
      <legend>{label}</legend>
      <label>
        <input
          type="number"
          min={0}
          max={120}
          value={years}
          aria-label={`${label}, years`}
          onChange={event => set(event.target.value, rest)}
        />
        years
      </label>
      <label>
        <input
          type="number"
          min={0}
          max={11}
          value={rest}
          aria-label={`${label}, months`}
          onChange={event => set(years, event.target.value)}
        />
        months
      </label>
    </fieldset>
  );
}
