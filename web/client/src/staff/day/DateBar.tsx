import { Link } from "../../parts/Link";
import { go } from "../../parts/navigation";
import { daysAfter, longDate } from "../../parts/times";
import type { Desk } from "../operations";

interface Props {
  readonly date: string;
  readonly today: string;
  readonly desk: Desk;
  readonly locationId: string;
  readonly chooseLocation: (id: string) => void;
}

export function DateBar({ date, today, desk, locationId, chooseLocation }: Props) {
  return (
    <div className="dateBar">
      <h1>
        {date === today && <span className="muted">Today, </span>}
        {longDate(date)}
        {date.slice(0, 4) !== today.slice(0, 4) && `, ${date.slice(0, 4)}`}
      </h1>
      <nav aria-label="Day" className="leaf">
        <Link to={`/days/${daysAfter(date, -1)}`} className="button round">
          <span className="unseen">The day before</span>
          <span aria-hidden="true">‹</span>
        </Link>
        <Link to="/" className={`button ${date === today ? "main" : ""}`}>
          Today
        </Link>
        <Link to={`/days/${daysAfter(date, 1)}`} className="button round">
          <span className="unseen">The day after</span>
          <span aria-hidden="true">›</span>
        </Link>
        <input
          type="date"
          aria-label="Go to a date"
          value={date}
          onChange={event => event.target.value !== "" && go(`/days/${event.target.value}`)}
        />
      </nav>
      {desk.locations.length > 1 && (
        <select aria-label="Location" value={locationId} onChange={event => chooseLocation(event.target.value)}>
          <option value="">All locations</option>
          {desk.locations.map(location => (
            <option key={location.id} value={location.id}>
              {location.name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
