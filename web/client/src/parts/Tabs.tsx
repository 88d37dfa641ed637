import { type KeyboardEvent, type ReactNode, useId } from "react";
import "./tabs.css";

interface Props<Name extends string> {
  readonly tabs: readonly (readonly [Name, string])[];
  readonly shown: Name;
  readonly show: (name: Name) => void;
  readonly label: string;
  readonly children: ReactNode;
}

/** Parts of a page of which one is shown. The arrow keys change between them. */
export function Tabs<Name extends string>({ tabs, shown, show, label, children }: Props<Name>) {
  const id = useId();
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = tabs.findIndex(([name]) => name === shown);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    show(next[0]);
    document.getElementById(`${id}-${next[0]}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(([name, word]) => (
          <button
            key={name}
            id={`${id}-${name}`}
            type="button"
            role="tab"
            aria-selected={name === shown}
            aria-controls={`${id}-panel`}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => show(name)}
          >
            {word}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" className="tabPanel" aria-labelledby={`${id}-${shown}`}>
        {children}
      </div>
    </>
  );
}
