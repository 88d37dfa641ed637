import type { Seen } from "@rollbook/client";
import { Link } from "../../parts/Link";
import { isHere } from "../../parts/statuses";
import { clockTime, longDate } from "../../parts/times";
import type { SheetHead, SheetRow, Status } from "./operations";

interface Props {
  readonly occurrence: SheetHead;
  readonly rows: readonly Seen<SheetRow, Status>[];
}

export function SheetHeader({ occurrence, rows }: Props) {
  const zone = occurrence.location.timeZone;
  const people = occurrence.instructors.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  const facts = [people, occurrence.room, occurrence.location.name].filter(Boolean).join(" · ");
  const counted = rows.filter(row => !row.entry.isSubdued || row.status !== null);
  const came = counted.filter(row => row.status !== null && isHere(row.status)).length;
  const absent = counted.filter(row => row.status !== null && !isHere(row.status)).length;
  const open = counted.length - came - absent;
  return (
    <header className="sheetHeader">
      <Link to={`/days/${occurrence.date}`} className="back">
        ‹ {longDate(occurrence.date)}
      </Link>
      <h1>{occurrence.offering.name}</h1>
      <p className="muted">
        {clockTime(occurrence.startsAt, zone)} to {clockTime(occurrence.endsAt, zone)} · {facts}
      </p>
      <dl className="counts">
        <div className="came">
          <dt>present</dt>
          <dd>{came}</dd>
        </div>
        <div className="gone">
          <dt>absent</dt>
          <dd>{absent}</dd>
        </div>
        <div>
          <dt>unmarked</dt>
          <dd>{open}</dd>
        </div>
      </dl>
      <Runs occurrence={occurrence} />
    </header>
  );
}

/** When the absences of this sheet earn their makeup tokens. */
function Runs({ occurrence }: { occurrence: SheetHead }) {
  const due = occurrence.tokenRuns.filter(run => run.state === "ARMED" && run.wouldIssue > 0);
  if (due.length === 0) return null;
  const zone = occurrence.location.timeZone;
  return (
    <p className="muted runs">
      {due
        .map(run => `${run.wouldIssue} ${run.wouldIssue === 1 ? "token" : "tokens"} at ${clockTime(run.dueAt, zone)}`)
        .join(", ")}
    </p>
  );
}
