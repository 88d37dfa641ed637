import { counted } from "../../../parts/counted";
import { ThingRow } from "../ThingRow";
import { daysOf, scopeWords } from "./closureWords";
import type { CalendarFacts, ClosureFacts } from "./operations";

export type CalendarAct = "add" | "rename" | "endCalendar";
export type ClosureAct = "change" | "end";
type Chosen =
  | { readonly act: CalendarAct; readonly calendar: CalendarFacts }
  | { readonly act: ClosureAct; readonly closure: ClosureFacts };

interface Props {
  readonly calendar: CalendarFacts;
  readonly followers: readonly string[];
  readonly closures: readonly ClosureFacts[];
  readonly today: string;
  /** Whether all closures have been read. */
  readonly isRead: boolean;
  readonly open: (chosen: Chosen) => void;
}

/** A calendar with its closed days. Those that have passed are out of the way. */
export function ClosureCalendar({ calendar, followers, closures, today, isRead, open }: Props) {
  const past = closures.filter(one => one.endsOn < today);
  const rowOf = (closure: ClosureFacts) => (
    <ClosureRow key={closure.id} closure={closure} isPast={closure.endsOn < today} open={open} />
  );
  const { name } = calendar;
  return (
    <section className="group closures" aria-label={name}>
      <div className="toolbar">
        <h2>{name}</h2>
        <div className="lineEnd">
          <CalendarButton word="Close days" of={name} act={() => open({ act: "add", calendar })} />
          <CalendarButton word="Rename" of={name} act={() => open({ act: "rename", calendar })} />
          <CalendarButton word="End" of={name} act={() => open({ act: "endCalendar", calendar })} />
        </div>
      </div>
      <p className="muted under">
        {followers.length === 0 ? "No program follows it." : `Followed by ${followers.join(", ")}.`}
      </p>
      <ul className="lines" aria-label={`Closed days of ${name}`}>
        {closures.filter(one => one.endsOn >= today).map(rowOf)}
      </ul>
      {isRead && closures.length === past.length && <p className="muted">No day to come is closed.</p>}
      {past.length > 0 && (
        <details className="over">
          <summary>{counted(past.length, "closure has", "closures have")} passed</summary>
          <ul className="lines" aria-label={`Past closed days of ${name}`}>
            {past.map(rowOf)}
          </ul>
        </details>
      )}
    </section>
  );
}

function CalendarButton({ word, of, act }: { word: string; of: string; act: () => void }) {
  return (
    <button type="button" className="button quiet" aria-label={`${word}: ${of}`} onClick={act}>
      {word}
    </button>
  );
}

interface RowProps {
  readonly closure: ClosureFacts;
  readonly isPast: boolean;
  readonly open: Props["open"];
}

function ClosureRow({ closure, isPast, open }: RowProps) {
  const days = daysOf(closure);
  const hint = [closure.label, scopeWords(closure.scope)].filter(Boolean).join(" · ");
  return (
    <ThingRow
      name={days}
      hint={hint}
      acts={
        isPast
          ? []
          : [
              ["Change", () => open({ act: "change", closure })],
              ["Open again", () => open({ act: "end", closure })],
            ]
      }
    />
  );
}
