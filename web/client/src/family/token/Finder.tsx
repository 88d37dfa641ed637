import { useMemo, useState } from "react";
import { SelectField } from "../../parts/Field";
import { daysAfter, longDate, shortDate, todayIn } from "../../parts/times";
import { ClassLine } from "../parts/ClassLine";
import { Fault } from "../parts/Fault";
import { BookDialog } from "./BookDialog";
import type { OneToken, Opening, Place } from "./operations";
import { useOpenings } from "./useOpenings";

const DAYS = 14;

interface Props {
  readonly token: OneToken;
  readonly places: readonly Place[];
  /** Whether the family books itself. If not, it asks the office. */
  readonly books: boolean;
  readonly finish: (sentence: string) => void;
}

/** The classes that the token can be used for, over two weeks at a time and all locations. */
export function Finder({ token, places, books, finish }: Props) {
  const today = todayIn(places[0]?.timeZone ?? "UTC");
  const [from, setFrom] = useState(today);
  const [placeId, setPlaceId] = useState("");
  const [chosen, setChosen] = useState<Opening | null>(null);
  const to = daysAfter(from, DAYS - 1);
  const { openings, fault, reload } = useOpenings(token.id, from, to);
  const days = useMemo(() => byDay(openings ?? [], placeId), [openings, placeId]);
  const move = (by: number) => setFrom(daysAfter(from, by));
  return (
    <section aria-labelledby="openings" className="finder">
      <div className="range">
        <h2 id="openings" aria-live="polite">
          {shortDate(from)} to {shortDate(to)}
        </h2>
        <button type="button" className="button round" disabled={from <= today} onClick={() => move(-DAYS)}>
          <span className="unseen">Earlier</span>
          <span aria-hidden="true">‹</span>
        </button>
        <button type="button" className="button round" onClick={() => move(DAYS)}>
          <span className="unseen">Later</span>
          <span aria-hidden="true">›</span>
        </button>
      </div>
      {places.length > 1 && (
        <SelectField
          label="Location"
          value={placeId}
          choices={[["", "All locations"], ...places.map(place => [place.id, place.name] as const)]}
          change={setPlaceId}
        />
      )}
      <Fault sentence={fault} again={reload} />
      {openings === null && fault === null && <p className="muted">Looking for classes …</p>}
      {openings !== null && days.length === 0 && (
        <p className="empty">
          No class with an open place fits in these two weeks. Look later, or at another location.
        </p>
      )}
      {days.map(([day, found]) => (
        <section key={day} className="card part" aria-label={longDate(day)}>
          <h3>{longDate(day)}</h3>
          <ul className="lines">
            {found.map(opening => (
              <ClassLine key={opening.occurrence.id} of={opening.occurrence} isDated={false} note={left(opening)}>
                <button type="button" className="button" onClick={() => setChosen(opening)}>
                  {books ? "Book" : "Request"}
                  <span className="unseen">
                    {" "}
                    {opening.occurrence.offering.name} on {longDate(day)}
                  </span>
                </button>
              </ClassLine>
            ))}
          </ul>
        </section>
      ))}
      {chosen !== null && (
        <BookDialog
          token={token}
          opening={chosen}
          books={books}
          close={said => {
            setChosen(null);
            if (said !== null) finish(said);
            // A place may have gone meanwhile.
            else reload();
          }}
        />
      )}
    </section>
  );
}

function left({ openings }: Opening): string | null {
  if (openings === null) return null;
  return openings === 1 ? "1 place left" : `${openings} places left`;
}

function byDay(openings: readonly Opening[], placeId: string): readonly (readonly [string, readonly Opening[]])[] {
  const days = new Map<string, Opening[]>();
  for (const opening of openings) {
    const { date, location } = opening.occurrence;
    if (placeId !== "" && location.id !== placeId) continue;
    days.set(date, [...(days.get(date) ?? []), opening]);
  }
  return [...days].sort(([one], [other]) => one.localeCompare(other));
}
