import { counted } from "../../../parts/counted";
import { dayDate, plainDate } from "../../../parts/times";
import { plain } from "../../asking/refusals";
import type { Counted } from "./effects";
import type { Preview } from "./useTried";
import "../../../parts/forms.css";

const MOST_SHOWN = 12;

/**
 * What a change of the catalogue would do. It keeps its place while it is counted again.
 *
 * lacking -- what the form still needs before anything can be counted
 */
export function Effect({ preview, lacking }: { preview: Preview; lacking: string | null }) {
  const effect = preview.data?.preview ?? null;
  const refused = preview.fault ?? (effect !== null && "message" in effect ? plain(effect) : null);
  return (
    <section className="effects" aria-label="What will happen" aria-live="polite" aria-busy={preview.isLoading}>
      {lacking !== null && <p className="muted">{lacking}</p>}
      {lacking === null && refused !== null && <p className="fault">{refused}</p>}
      {lacking === null && refused === null && effect === null && <p className="muted">Counting what would happen …</p>}
      {lacking === null && refused === null && effect !== null && "appearingCount" in effect && (
        <>
          {sentencesOf(effect).map(one => (
            <p key={one}>{one}</p>
          ))}
          {effect.occurrences.length > 0 && <Dates effect={effect} />}
        </>
      )}
    </section>
  );
}

function sentencesOf(effect: Counted): readonly string[] {
  const told: string[] = [];
  const dates = (count: number, one: string, many: string) => {
    if (count > 0) told.push(`${counted(count, "date")} ${count === 1 ? one : many}.`);
  };
  dates(effect.movingCount, "moves", "move");
  dates(effect.appearingCount, "is added", "are added");
  dates(effect.disappearingCount, "is not held any more", "are not held any more");
  dates(effect.placesChangedCount, "changes its places", "change their places");
  if (effect.overfullCount > 0)
    told.push(`${counted(effect.overfullCount, "date")} would have more students than places.`);
  if (effect.studentCount > 0) {
    told.push(
      `${counted(effect.studentCount, "student")} of ${counted(effect.familyCount, "family", "families")} will notice it.`,
    );
  }
  if (effect.endedEnrollmentCount > 0) told.push(`${counted(effect.endedEnrollmentCount, "enrollment")} will end.`);
  if (effect.makeupCount > 0) told.push(`${counted(effect.makeupCount, "booked makeup")} will be given back.`);
  const { recordedOccurrenceCount: recorded, recordedMakeupTokenCount: tokens } = effect;
  if (recorded > 0)
    told.push(
      `${counted(recorded, "roll sheet")} with attendance ${recorded === 1 ? "moves and keeps its" : "move and keep their"} marks.`,
    );
  if (tokens > 0) told.push(`${counted(tokens, "makeup token")} issued for them ${tokens === 1 ? "stays" : "stay"}.`);
  if (effect.toldFamilyCount > 0)
    told.push(`${counted(effect.toldFamilyCount, "family", "families")} will be told by e-mail.`);
  if (told.length === 0) told.push("No date of a class changes.");
  else if (effect.throughOn !== null) told.push(`Counted through ${dayDate(effect.throughOn)}.`);
  return told;
}

const KINDS: Record<Counted["occurrences"][number]["kind"], string> = {
  APPEARS: "is added",
  DISAPPEARS: "is not held",
  MOVES: "moves",
  PLACES: "has other places",
};

/** The first dates that change, for somebody who wants to see them. */
function Dates({ effect }: { effect: Counted }) {
  const { appearingCount, disappearingCount, movingCount, placesChangedCount } = effect;
  const more = appearingCount + disappearingCount + movingCount + placesChangedCount - MOST_SHOWN;
  return (
    <details>
      <summary>Show the dates</summary>
      <ul className="effectDates">
        {effect.occurrences.slice(0, MOST_SHOWN).map(one => {
          const held = one.before ?? one.after;
          return (
            <li key={`${one.offeringId} ${one.kind} ${one.before?.startsAt ?? ""} ${one.after?.startsAt ?? ""}`}>
              {held === null ? "" : `${plainDate(held.date)}: `}
              {one.offeringName} {KINDS[one.kind]}
              {one.before !== null && one.after !== null && one.before.date !== one.after.date
                ? ` to ${plainDate(one.after.date)}`
                : ""}
            </li>
          );
        })}
        {more > 0 && <li>and {counted(more, "date")} more</li>}
      </ul>
    </details>
  );
}
