import { actorName } from "../../parts/people";
import { isHere, statusWord } from "../../parts/statuses";
import { clockTime } from "../../parts/times";
import { type Arrivals, latest } from "./arrivals";

const MOST = 8;

/** The newest marks of the day, the last one at the top. */
export function Feed({ arrivals }: { arrivals: Arrivals }) {
  const shown = latest(arrivals, MOST);
  if (shown.length === 0) return <p className="muted">Nobody is marked yet.</p>;
  return (
    <ol className="feed">
      {shown.map(({ key, place, student, status, by, at }) => {
        const moment = new Date(at).toISOString();
        return (
          <li key={key}>
            <time className="muted" dateTime={moment}>
              {clockTime(moment, place.location.timeZone)}
            </time>
            <span>
              <strong>
                {student.firstName} {student.lastName}
              </strong>
              <span className="muted">
                {place.offering.name} · by {actorName(by)}
              </span>
            </span>
            <span className={`chip mark ${isHere(status) ? "here" : "away"}`}>{statusWord(status)}</span>
          </li>
        );
      })}
    </ol>
  );
}
