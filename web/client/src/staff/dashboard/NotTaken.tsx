import { Link } from "../../parts/Link";
import { tallyText } from "../../parts/Tally";
import { clockTime } from "../../parts/times";
import type { Card } from "../day/operations";
import type { Location } from "../operations";

interface Props {
  readonly cards: readonly Card[];
  readonly locations: readonly Location[];
  readonly now: number;
}

/** The classes that have begun and whose attendance is not taken, the one that began first at the top. */
export function NotTaken({ cards, locations, now }: Props) {
  const open = cards
    .filter(card => card.state === "SCHEDULED" && card.attendanceState !== "TAKEN" && card.tally.total > 0)
    .filter(card => Date.parse(card.startsAt) <= now)
    .sort((one, other) => one.startsAt.localeCompare(other.startsAt));
  if (open.length === 0) return <p className="muted">Attendance is taken for every class that has begun.</p>;
  return (
    <ul className="feed">
      {open.map(card => {
        const place = locations.find(location => location.id === card.location.id);
        return (
          <li key={card.id}>
            <time className="muted" dateTime={card.startsAt}>
              {clockTime(card.startsAt, place?.timeZone ?? "UTC")}
            </time>
            <span>
              <Link to={`/sheets/${card.id}`}>{card.offering.name}</Link>
              <span className="muted">
                {place?.name} · {tallyText(card.tally)}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
