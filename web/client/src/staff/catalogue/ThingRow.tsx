import type { ReactNode } from "react";

interface Props {
  /** What names the thing, also for the buttons of its row. */
  readonly name: string;
  readonly title?: ReactNode;
  readonly hint: string;
  /** Each button's word and what it does. */
  readonly acts: readonly (readonly [string, () => void])[];
  readonly children?: ReactNode;
}

/** One thing of a list, with the buttons that change it. */
export function ThingRow({ name, title, hint, acts, children }: Props) {
  return (
    <li className="line2">
      <span className="lineMain">
        {title ?? name}
        <span className="muted hint">{hint}</span>
      </span>
      <span className="lineEnd thingActs">
        {children}
        {acts.map(([word, act]) => (
          <button key={word} type="button" className="button quiet" aria-label={`${word} ${name}`} onClick={act}>
            {word}
          </button>
        ))}
      </span>
    </li>
  );
}
