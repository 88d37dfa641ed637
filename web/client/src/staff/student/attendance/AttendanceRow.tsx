import { Link } from "../../../parts/Link";
import { actorName } from "../../../parts/people";
import { isHere, STATUS_WORDS, STATUSES, type StatusName, statusWord } from "../../../parts/statuses";
import { clockTime, plainDate, todayIn } from "../../../parts/times";
import { useAct } from "../../asking/useAct";
import { CLEAR, MARK } from "../../sheet/operations";
import type { AttendedOccurrence } from "./operations";

interface Props {
  readonly studentId: string;
  readonly row: AttendedOccurrence;
  readonly changed: () => void;
}

const OFF: Partial<Record<AttendedOccurrence["occurrence"]["state"], string>> = {
  CANCELLED: "Cancelled",
  CLOSED: "Closed",
  NOT_SCHEDULED: "Not scheduled",
};

export function AttendanceRow({ studentId, row, changed }: Props) {
  const { occurrence, mark } = row;
  const zone = occurrence.location.timeZone;
  const status = mark?.status ?? null;
  const isAhead = occurrence.date > todayIn(zone);
  const tone = status === null ? "" : isHere(status) ? "here" : "away";
  const { record, isBusy, fault } = useMarking(studentId, row, changed);
  const by = mark === null ? "" : mark.isDefaulted ? "by default" : actorName(mark.markedBy);
  const facts = [clockTime(occurrence.startsAt, zone), by, row.isSubdued ? "no longer enrolled" : "", mark?.note];
  return (
    <li className={`line2 ${tone}`}>
      <span className="lineMain">
        <Link to={`/sheets/${occurrence.id}`}>{plainDate(occurrence.date)}</Link>{" "}
        <span className="attended">{occurrence.offering.name}</span>
        <span className="muted hint">{facts.filter(Boolean).join(" · ")}</span>
        {fault !== null && (
          <span className="fault hint" role="alert">
            {fault}
          </span>
        )}
      </span>
      {row.isEditable ? (
        <select
          aria-label={`Attendance on ${plainDate(occurrence.date)}, ${occurrence.offering.name}`}
          value={status ?? ""}
          disabled={isBusy}
          onChange={event => record((event.target.value || null) as StatusName | null)}
        >
          <option value="">Not marked</option>
          {STATUSES.map(one => (
            <option key={one} value={one}>
              {STATUS_WORDS[one]}
            </option>
          ))}
        </select>
      ) : (
        <span className="lineEnd" title={row.notEditable?.message}>
          {status === null ? (OFF[occurrence.state] ?? (isAhead ? "Planned" : statusWord(null))) : statusWord(status)}
        </span>
      )}
    </li>
  );
}

function useMarking(studentId: string, { occurrence }: AttendedOccurrence, changed: () => void) {
  const one = useAct(MARK);
  const clear = useAct(CLEAR);
  const about = { occurrenceId: occurrence.id, seenRevision: occurrence.revision };
  const record = async (status: StatusName | null) => {
    if (status === null) await clear.run({ ...about, studentId });
    else await one.run({ ...about, studentId, status });
    // Also after a refusal, so that what stands is shown.
    changed();
  };
  return {
    record,
    isBusy: one.isBusy || clear.isBusy,
    fault: one.fault ?? clear.fault,
  };
}
