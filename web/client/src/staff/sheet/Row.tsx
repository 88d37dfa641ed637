import { IndicatorIcon } from "../../parts/Indicator";
import { Link } from "../../parts/Link";
import { actorName, initials, tint } from "../../parts/people";
import { isHere, statusWord } from "../../parts/statuses";
import { clockTime } from "../../parts/times";
import type { Status } from "./operations";
import { RowPanel } from "./RowPanel";
import { StatusButtons } from "./StatusButtons";
import type { ShownRow, Touch } from "./useSheet";

interface Props {
  readonly row: ShownRow;
  readonly touch: Touch | null;
  readonly zone: string;
  readonly mayMark: boolean;
  readonly isOpen: boolean;
  readonly toggle: () => void;
  readonly mark: (studentId: string, status: Status | null) => void;
}

export function Row({ row, touch, zone, mayMark, isOpen, toggle, mark }: Props) {
  const { entry, status, isWaiting } = row;
  const { student } = entry;
  const name = `${student.firstName} ${student.lastName}`;
  const tone = status === null ? "open" : isHere(status) ? "here" : "away";
  const panelId = `panel-${entry.id}`;
  return (
    <li className={`row ${tone} ${entry.isSubdued ? "subdued" : ""} ${isWaiting ? "waiting" : ""}`}>
      {/* A new key starts the light again. */}
      {touch !== null && <span key={touch.revision} className="light" aria-hidden="true" />}
      <span className={`face tint${tint(student.id)}`} aria-hidden="true">
        {initials(student.firstName, student.lastName)}
      </span>
      <div className="who">
        <Link to={`/students/${student.id}`} className="name">
          {name}
        </Link>
        <span className="muted how">{caption(row, zone)}</span>
      </div>
      <StatusButtons
        name={name}
        status={status}
        mayMark={mayMark}
        isOpen={isOpen}
        panelId={panelId}
        toggle={toggle}
        choose={chosen => mark(student.id, chosen)}
      />
      {entry.indicators.length > 0 && (
        <span className="indicators">
          {entry.indicators.map(one => (
            <button
              key={one.kind}
              type="button"
              className={`indicator ${one.kind}`}
              aria-expanded={isOpen}
              aria-controls={panelId}
              onClick={toggle}
            >
              <IndicatorIcon kind={one.kind} />
              {one.label}
            </button>
          ))}
        </span>
      )}
      <div id={panelId} className="panel" hidden={!isOpen}>
        {isOpen && <RowPanel row={row} zone={zone} mayMark={mayMark} mark={mark} />}
      </div>
    </li>
  );
}

function caption({ entry, status, isWaiting, isDraft }: ShownRow, zone: string): string {
  const subdued = entry.isSubdued ? "no longer enrolled" : "";
  const how = isDraft ? "not submitted yet" : "being saved";
  if (isWaiting) return [statusWord(status), how, subdued].filter(Boolean).join(" · ");
  if (entry.mark === null) return [statusWord(null), subdued].filter(Boolean).join(" · ");
  const by = entry.mark.isDefaulted ? "by default" : `${actorName(entry.mark.markedBy)}`;
  const parts = [statusWord(status), by, clockTime(entry.mark.markedAt, zone), subdued];
  if (entry.mark.note) parts.push(entry.mark.note);
  return parts.filter(Boolean).join(" · ");
}
