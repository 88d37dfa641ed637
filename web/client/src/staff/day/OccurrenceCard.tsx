import { Link } from "../../parts/Link";
import { Progress, tallyText } from "../../parts/Tally";
import { clockTime } from "../../parts/times";
import type { Card } from "./operations";

const STATES = { NOT_TAKEN: "Not taken", IN_PROGRESS: "In progress", TAKEN: "Taken" } as const;

export function OccurrenceCard({ card, timeZone }: { card: Card; timeZone: string }) {
  const takesPlace = card.state === "SCHEDULED";
  const people = card.instructors.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  const place = [people, card.room].filter(Boolean).join(" · ");
  return (
    <Link to={`/sheets/${card.id}`} className={`card occurrence ${takesPlace ? "" : "off"}`}>
      <span className="when">
        <strong>{clockTime(card.startsAt, timeZone)}</strong>
        <span className="muted">{clockTime(card.endsAt, timeZone)}</span>
      </span>
      <span className="what">
        <strong>{card.offering.name}</strong>
        <span className="muted">{place}</span>
      </span>
      {takesPlace ? (
        <span className={`chip state ${card.attendanceState}`}>{STATES[card.attendanceState]}</span>
      ) : (
        <span className="chip state">{card.state === "CANCELLED" ? "Cancelled" : "Closed"}</span>
      )}
      <span className="how">
        {takesPlace ? (
          <>
            <Progress tally={card.tally} />
            <span className="muted">{tallyText(card.tally)}</span>
          </>
        ) : (
          <span className="muted">{card.notRecordable?.message}</span>
        )}
      </span>
    </Link>
  );
}
