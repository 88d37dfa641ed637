interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly chosen: readonly string[];
  readonly choices: readonly (readonly [string, string])[];
  readonly nothing: string;
  readonly change: (chosen: readonly string[]) => void;
}

/** Chooses any number of things. */
export function SeveralField({ label, hint, chosen, choices, nothing, change }: Props) {
  return (
    <fieldset className="field several">
      <legend>{label}</legend>
      {hint !== undefined && <span className="muted hint">{hint}</span>}
      <div className="severalList">
        {choices.map(([id, word]) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={event => change(event.target.checked ? [...chosen, id] : chosen.filter(one => one !== id))}
            />
            <span>{word}</span>
          </label>
        ))}
      </div>
      {choices.length === 0 && <span className="muted hint">{nothing}</span>}
    </fieldset>
  );
}
