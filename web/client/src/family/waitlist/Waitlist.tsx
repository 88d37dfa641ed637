import { useState } from "react";
import { dateTime, longDate } from "../../parts/times";
import { AnswerOffer } from "./AnswerOffer";
import { isOffered } from "./offers";
import type { Wait } from "./operations";

interface Props {
  readonly firstName: string;
  readonly waits: readonly Wait[];
  readonly changed: () => void;
}

/** The classes that a child waits for: the position in line, and the place that is offered. */
export function Waitlist({ firstName, waits, changed }: Props) {
  const [answering, setAnswering] = useState<{ readonly wait: Wait; readonly accepts: boolean } | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  if (waits.length === 0 && said === null) return null;
  return (
    <section className="card part" aria-labelledby="waitlist">
      <h2 id="waitlist">Waitlist</h2>
      <p className="said" role="status">
        {said}
      </p>
      <ul className="lines">
        {waits.map(wait => (
          <li key={wait.id} className="line free">
            <span className="name">
              <strong>{wait.offering.name}</strong>
              <span className="muted">{stateOf(wait)}</span>
            </span>
            {isOffered(wait) && (
              <span className="answers">
                <button type="button" className="button main" onClick={() => setAnswering({ wait, accepts: true })}>
                  Take it<span className="unseen"> for {wait.offering.name}</span>
                </button>
                <button type="button" className="button quiet" onClick={() => setAnswering({ wait, accepts: false })}>
                  Decline<span className="unseen"> for {wait.offering.name}</span>
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {answering !== null && (
        <AnswerOffer
          {...answering}
          firstName={firstName}
          close={sentence => {
            setAnswering(null);
            setSaid(sentence);
            // Also after a refusal: the offer may be over.
            changed();
          }}
        />
      )}
    </section>
  );
}

function stateOf({ placeOffer, waitlistPosition, offering: { location } }: Wait): string {
  if (placeOffer?.state === "OPEN") {
    const until = dateTime(placeOffer.holdsUntil, location.timeZone);
    return `A place is held for you from ${longDate(placeOffer.startsOn)}. Answer until ${until}.`;
  }
  const place = location.name;
  if (waitlistPosition === null) return place;
  return waitlistPosition === 1 ? `${place} · next in line` : `${place} · number ${waitlistPosition} in line`;
}
