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

interface Props {
  readonly of: Class;
  readonly isAway?: boolean;
  /** Whether the date is shown. It is not where a heading has it. */
  readonly isDated?: boolean;
  readonly note?: string | null;
  readonly children?: ReactNode;
}

/** One class: when, what and where. `children` is what can be done about it. */
export function ClassLine({ of, isAway = false, isDated = true, note = null, children }: Props) {
  const off = OFF[of.state];
  const zone = of.location.timeZone;
  const time = clockTime(of.startsAt, zone);
  return (
    <li className={off === null ? "line" : "line off"}>
      <span className="date">
        <strong>{isDated ? shortDate(of.date) : time}</strong>
        <span className="muted">{isDated ? time : `to ${clockTime(of.endsAt, zone)}`}</span>
      </span>
      <Name of={of} note={note} />
      {off !== null && <span className="chip">{off}</span>}
      {off === null && isAway && <span className="chip away">Will be absent</span>}
      {children}
    </li>
  );
}

interface AttendedProps {
  readonly attended: Attended;
  readonly isAway?: boolean;
}

/** One class of today, with the mark as soon as somebody has made it. */
export function AttendedLine({ attended: { occurrence, mark }, isAway = false }: AttendedProps) {
  const off = OFF[occurrence.state];
  const zone = occurrence.location.timeZone;
  const unmarked = isAway ? "Will be absent" : "Not marked yet";
  return (
    <li className={off === null ? "line" : "line off"}>
      <span className="date">
        <strong>{clockTime(occurrence.startsAt, zone)}</strong>
        <span className="muted">to {clockTime(occurrence.endsAt, zone)}</span>
      </span>
      <Name of={occurrence} note={null} />
      <output className={`chip mark ${mark === null ? "" : isHere(mark.status) ? "here" : "away"}`}>
        {off ?? (mark === null ? unmarked : statusWord(mark.status))}
      </output>
    </li>
  );
}

function Name({ of, note }: { of: Class; note: string | null }) {
  return (
    <span className="name">
      <strong>{of.offering.name}</strong>
      <span className="muted">{[of.location.name, of.room].filter(Boolean).join(" · ")}</span>
      {note !== null && <span className="muted">{note}</span>}
    </span>
  );
}
