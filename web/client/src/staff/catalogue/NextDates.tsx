import { Link } from "../../parts/Link";
import { clockTime, daysAfter, plainDate } from "../../parts/times";
import { useAnswer } from "../asking/useAnswer";
import { NEXT_DATES } from "./operations";

const STATES = { SCHEDULED: null, NOT_SCHEDULED: "not held", CLOSED: "closed", CANCELLED: "cancelled" } as const;
const WEEKS = 8;

/** The next dates as they will really be, with every change that has been planned. */
export function NextDates({ id, today }: { id: string; today: string }) {
  const { data, fault } = useAnswer(NEXT_DATES, { id, from: today, to: daysAfter(today, WEEKS * 7) });
  const node = data?.node;
  // Somebody may see the catalogue and no attendance.
  if (fault !== null) return null;
  const dates = node != null && "occurrences" in node ? node.occurrences.nodes : null;
  return (
    <section className="group" aria-label="Next dates">
      <h2>Next dates</h2>
      <ul className="lines">
        {(dates ?? []).map(one => (
          <li key={one.id} className="line2">
            <span className="lineMain">
              <Link to={`/sheets/${one.id}`}>
                {plainDate(one.date)}, {clockTime(one.startsAt, one.location.timeZone)}
              </Link>
              <span className="muted hint">{[one.location.name, STATES[one.state]].filter(Boolean).join(" · ")}</span>
            </span>
          </li>
        ))}
      </ul>
      {dates === null && <p className="muted">Reading …</p>}
      {dates?.length === 0 && <p className="muted">It is not held within {WEEKS} weeks.</p>}
    </section>
  );
}
