import type { ReactNode } from "react";
import { isHere, statusWord } from "../../parts/statuses";
import { clockTime, shortDate } from "../../parts/times";
import type { Attended, Class } from "../operations";

const OFF: Record<Class["state"], string | null> = {
  SCHEDULED: null,
  CANCELLED: "Cancelled",
  CLOSED: "Closed",
  NOT_SCHEDULED: "Not held",
};

/** One class: when, what and where. `children` is what can be done about it. */
export function ClassLine({ of, children }: { of: Class; children?: ReactNode }) {
  const off = OFF[of.state];
  return (
    <li className={off === null ? "line" : "line off"}>
      <span className="date">
        <strong>{shortDate(of.date)}</strong>
        <span className="muted">{clockTime(of.startsAt, of.location.timeZone)}</span>
      </span>
      <span className="name">
        <strong>{of.offering.name}</strong>
        <span className="muted">{[of.location.name, of.room].filter(Boolean).join(" · ")}</span>
      </span>
      {off !== null && <span className="chip">{off}</span>}
      {children}
    </li>
  );
}

/** One class of today, with the mark as soon as somebody has made it. */
export function AttendedLine({ attended: { occurrence, mark } }: { attended: Attended }) {
  const off = OFF[occurrence.state];
  const zone = occurrence.location.timeZone;
  return (
    <li className={off === null ? "line" : "line off"}>
      <span className="date">
        <strong>{clockTime(occurrence.startsAt, zone)}</strong>
        <span className="muted">to {clockTime(occurrence.endsAt, zone)}</span>
      </span>
      <span className="name">
        <strong>{occurrence.offering.name}</strong>
        <span className="muted">{[occurrence.location.name, occurrence.room].filter(Boolean).join(" · ")}</span>
      </span>
      {off === null ? (
        <output className={`chip mark ${mark === null ? "" : isHere(mark.status) ? "here" : "away"}`}>
          {statusWord(mark?.status ?? null)}
        </output>
      ) : (
        <span className="chip">{off}</span>
      )}
    </li>
  );
}
