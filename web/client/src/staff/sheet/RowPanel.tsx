import type { Seen } from "@rollbook/client";
import { STATUS_WORDS, STATUSES } from "../../parts/statuses";
import { History } from "./History";
import type { SheetRow, Status } from "./operations";

interface Props {
  readonly row: Seen<SheetRow, Status>;
  readonly zone: string;
  readonly mayMark: boolean;
  readonly mark: (studentId: string, status: Status | null) => void;
}

/** What a row holds besides its two buttons: all six statuses, the details of its indicators, its history. */
export function RowPanel({ row, zone, mayMark, mark }: Props) {
  const { entry, status } = row;
  const choose = (chosen: Status | null) => mark(entry.student.id, chosen);
  return (
    <>
      {mayMark && (
        <div className="six">
          {STATUSES.map(one => (
            <button
              key={one}
              type="button"
              className="button"
              aria-pressed={one === status}
              onClick={() => choose(one)}
            >
              {STATUS_WORDS[one]}
            </button>
          ))}
          {status !== null && (
            <button type="button" className="button quiet" onClick={() => choose(null)}>
              Clear the mark
            </button>
          )}
        </div>
      )}
      {entry.indicators.length > 0 && (
        <dl className="details">
          {entry.indicators.map(one => (
            <div key={one.kind}>
              <dt>{one.label}</dt>
              <dd>{one.detail}</dd>
            </div>
          ))}
        </dl>
      )}
      {entry.attendanceRate !== null && (
        <p className="muted">Attendance rate {Math.round(entry.attendanceRate * 100)} %</p>
      )}
      {entry.mark?.needsReview && (
        <p className="banner">The token of this absence is already used for a makeup. Please look at this mark.</p>
      )}
      <History key={entry.mark?.revision ?? 0} entryId={entry.id} zone={zone} />
    </>
  );
}
