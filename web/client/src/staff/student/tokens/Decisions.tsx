import type { ResultOf } from "../../../graphql";
import { Link } from "../../../parts/Link";
import { ListEnd } from "../../../parts/ListEnd";
import { statusWord } from "../../../parts/statuses";
import { dateTime, plainDate } from "../../../parts/times";
import { usePages } from "../../asking/usePages";
import { DECISIONS, type Decision } from "./operations";

const OUTCOMES: Record<Decision["outcome"], string> = {
  ISSUED: "Token",
  WAITING: "Waits",
  SKIPPED: "No token",
  REVOKED: "Revoked",
  DELETED: "Deleted",
  UNDECIDED: "Open",
};

const pick = (data: ResultOf<typeof DECISIONS>) => data.student?.makeupTokenDecisions ?? null;

/** Each absence of the student, with what was decided about a token, and why. */
export function Decisions({ id }: { id: string }) {
  const listing = usePages(DECISIONS, { id }, pick);
  return (
    <>
      <ul className="lines" aria-label="Absences and their tokens">
        {(listing.nodes ?? []).map(one => (
          <DecisionRow key={one.occurrence.id} decision={one} />
        ))}
      </ul>
      <ListEnd {...listing} nothing="This student has missed nothing, so no absence could earn a token." />
    </>
  );
}

function DecisionRow({ decision }: { decision: Decision }) {
  const { occurrence, outcome, message, dueAt, status, facts, entries } = decision;
  const zone = occurrence.location.timeZone;
  return (
    <li className="line2">
      <div className="lineMain">
        <Link to={`/sheets/${occurrence.id}`}>{plainDate(occurrence.date)}</Link> {occurrence.offering.name}
        <span className="muted hint">{statusWord(status)}</span>
        <span className="reason">
          {message}
          {dueAt === null ? "" : ` It is decided at ${dateTime(dueAt, zone)}.`}
        </span>
        {facts.length + entries.length > 0 && (
          <details className="hint">
            <summary>How it came about</summary>
            <ul className="plainList">
              {facts.map(fact => (
                <li key={fact.name}>
                  {fact.name}: {fact.value}
                </li>
              ))}
              {entries.map(entry => (
                <li key={`${entry.enteredAt} ${entry.message}`}>
                  {dateTime(entry.enteredAt, zone)}: {entry.message}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <span className={`chip outcome ${outcome}`}>{OUTCOMES[outcome]}</span>
    </li>
  );
}
