import { Link } from "../../parts/Link";
import { Progress, tallyText } from "../../parts/Tally";
import { clockTime } from "../../parts/times";
import type { Card } from "./operations";

const OFF = { CANCELLED: "Cancelled", CLOSED: "Closed", NOT_SCHEDULED: "Not scheduled" } as const;
const STATES = { NOT_TAKEN: "Not taken", IN_PROGRESS: "In progress", TAKEN: "Taken" } as const;

export function OccurrenceCard({ card, timeZone }: { card: Card; timeZone: string }) {
  const off = card.state === "SCHEDULED" ? null : OFF[card.state];
  const people = card.instructors.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  const place = [people, card.room].filter(Boolean).join(" · ");
  return (
    <Link to={`/sheets/${card.id}`} className={`card occurrence ${off === null ? "" : "off"}`}>
      <span className="when">
        <strong>{clockTime(card.startsAt, timeZone)}</strong>
        <span className="muted">{clockTime(card.endsAt, timeZone)}</span>
      </span>
      <span className="what">
        <strong>{card.offering.name}</strong>
        <span className="muted">{place}</span>
      </span>
      {off === null ? (
        <span className={`chip state ${card.attendanceState}`}>{STATES[card.attendanceState]}</span>
      ) : (
        <span className="chip state">{off}</span>
      )}
      <span className="how">
        {off === null ? (
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
