import { hasEnded, timeslotDates, timeslotWords } from "../../choosing/timeslots";
import type { ClassFacts, TimeslotFacts } from "../operations";
import { ThingRow } from "../ThingRow";

type Chosen = { readonly act: "add" } | { readonly act: "move" | "end"; readonly timeslot: TimeslotFacts };

interface Props {
  readonly facts: ClassFacts;
  readonly today: string;
  readonly open: (chosen: Chosen) => void;
}

/** When an offering meets. A time that begins later or ends says when. */
export function Times({ facts, today, open }: Props) {
  return (
    <section className="group" aria-label="Times">
      <div className="toolbar">
        <h2>Times</h2>
        <button type="button" className="button quiet" onClick={() => open({ act: "add" })}>
          Add a time
        </button>
      </div>
      <ul className="lines">
        {facts.timeslots.map(timeslot => (
          <ThingRow
            key={timeslot.id}
            name={timeslotWords(timeslot)}
            hint={[timeslotDates(timeslot, today), `${timeslot.durationMinutes} minutes`, timeslot.room]
              .filter(Boolean)
              .join(" · ")}
            acts={
              hasEnded(timeslot, today)
                ? []
                : [
                    ["Change", () => open({ act: "move", timeslot })],
                    ["End", () => open({ act: "end", timeslot })],
                  ]
            }
          />
        ))}
      </ul>
      {facts.timeslots.length === 0 && <p className="muted">It has no times.</p>}
    </section>
  );
}
