import { useEffect, useState } from "react";
import { Link } from "../../parts/Link";
import { dateTime, shortDate } from "../../parts/times";
import { Fault } from "../parts/Fault";
import { tokenAddress } from "../router";
import { useAnswer } from "../useAnswer";
import { MISSED, type Missed } from "./operations";

const CAUSES: Record<NonNullable<Missed["cause"]>, string> = {
  NOT_A_CLASS: "only classes earn tokens",
  OCCURRENCE_CANCELLED: "the class was cancelled",
  NOT_MARKED: "your child is not marked there",
  NOT_ABSENT: "your child was there after all",
  NOT_EXCUSED: "only excused absences earn tokens",
  TYPE_DOES_NOT_EARN: "this kind of enrollment earns no tokens",
  TOKENS_OFF: "this business gives no tokens",
  OVER_LIMIT: "the limit is reached",
  HAS_TOKEN: "there is another token for the same class",
  DELETED_BY_HAND: "the office took it back",
  OCCURRENCE_RESTORED: "the class takes place again",
  CLASS_NOT_HELD: "the class is not held on that day any more",
};

/** The classes that were missed, each with its makeup token or the reason why there is none. */
export function MissedClasses({ id, news }: { id: string; news: number }) {
  const [first, setFirst] = useState(5);
  const { data, fault, reload } = useAnswer(MISSED, { id, first });
  useEffect(() => {
    if (news > 0) reload();
  }, [news, reload]);
  const page = data?.student?.makeupTokenDecisions ?? null;
  return (
    <section className="card part" aria-labelledby="missed" aria-busy={page === null && fault === null}>
      <h2 id="missed">Missed classes</h2>
      <Fault sentence={fault} again={reload} />
      {page?.nodes.length === 0 && <p className="muted">No class was missed.</p>}
      <ul className="lines">
        {page?.nodes.map(missed => (
          <li key={missed.occurrence.id} className="line free">
            <span className="name">
              <strong>
                {missed.occurrence.offering.name}, {shortDate(missed.occurrence.date)}
              </strong>
              <span className="muted">{sentence(missed)}</span>
            </span>
            {missed.token !== null && (
              <Link to={tokenAddress(missed.token.id)} className="button quiet">
                Token<span className="unseen"> for {shortDate(missed.occurrence.date)}</span>
              </Link>
            )}
          </li>
        ))}
      </ul>
      {page?.pageInfo.hasNextPage && first < 100 && (
        <button type="button" className="button quiet flush" onClick={() => setFirst(Math.min(100, first + 20))}>
          Show earlier ones
        </button>
      )}
    </section>
  );
}

function sentence({ outcome, cause, dueAt, occurrence, facts }: Missed): string {
  if (outcome === "ISSUED") return "A makeup token was issued.";
  if (outcome === "WAITING") {
    const when = dueAt === null ? "soon" : `on ${dateTime(dueAt, occurrence.location.timeZone)}`;
    return `A makeup token will be issued ${when}.`;
  }
  if (outcome === "UNDECIDED") return "Please ask the office about a makeup token.";
  const fact = (name: string) => facts.find(one => one.name === name)?.value ?? null;
  const counted = fact("counted") === null || fact("limit") === null ? "" : ` (${fact("counted")} of ${fact("limit")})`;
  const why = cause === null ? "" : `: ${CAUSES[cause]}${cause === "OVER_LIMIT" ? counted : ""}`;
  return `${outcome === "REVOKED" ? "The makeup token was taken back" : "There is no makeup token"}${why}.`;
}
