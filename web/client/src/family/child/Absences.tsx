import { shortDate, timeOfDay } from "../../parts/times";
import { useAct } from "../useAct";
import { type Absence, TAKE_BACK } from "./operations";

const STATES: Record<Absence["state"], string> = {
  REQUESTED: "Waits for the office",
  APPROVED: "The class knows",
  DENIED: "Not accepted",
  WITHDRAWN: "Taken back",
};

/** The absences that are reported and not over, each of which can be taken back. */
export function Absences({ absences, changed }: { absences: readonly Absence[]; changed: () => void }) {
  const { run, isBusy, fault } = useAct(TAKE_BACK);
  if (absences.length === 0) return null;
  const takeBack = async (absence: Absence) => {
    await run({ expectedAbsenceId: absence.id });
    // Also after a refusal: somebody may have settled it.
    changed();
  };
  return (
    <section className="card part" aria-labelledby="absences">
      <h2 id="absences">Reported absences</h2>
      <p className="fault" role="alert">
        {fault}
      </p>
      <ul className="lines">
        {absences.map(absence => (
          <li key={absence.id} className="line free">
            <span className="name">
              <strong>{days(absence)}</strong>
              <span className="muted">{detail(absence)}</span>
            </span>
            <span className={`chip ${absence.state}`}>{STATES[absence.state]}</span>
            {absence.state !== "DENIED" && (
              <button type="button" className="button" disabled={isBusy} onClick={() => void takeBack(absence)}>
                Take back<span className="unseen"> the absence of {days(absence)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function days({ startsOn, endsOn }: Absence): string {
  return startsOn === endsOn ? shortDate(startsOn) : `${shortDate(startsOn)} to ${shortDate(endsOn)}`;
}

function detail({ windowStarts, windowEnds, isLate, comment }: Absence): string {
  const hours =
    windowStarts === null || windowEnds === null ? "All day" : `${timeOfDay(windowStarts)} to ${timeOfDay(windowEnds)}`;
  return [hours, isLate ? "reported late" : null, comment].filter(Boolean).join(" · ");
}
