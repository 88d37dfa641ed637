import { counted } from "../../parts/counted";
import { dayDate } from "../../parts/times";
import { plain } from "../asking/refusals";
import type { Answer } from "../asking/useAnswer";
import type { CatalogueEffect } from "./operations";
import "../../parts/forms.css";

type Counted = Extract<CatalogueEffect, { appearingCount: number }>;
export type Preview = Answer<{ readonly preview: CatalogueEffect }>;

/** What a change of the catalogue would do. It keeps its place while it is counted again. */
export function Effect({ preview }: { preview: Preview }) {
  const effect = preview.data?.preview ?? null;
  const refused = preview.fault ?? (effect !== null && "message" in effect ? plain(effect) : null);
  return (
    <section className="effects" aria-label="What will happen" aria-live="polite" aria-busy={preview.isLoading}>
      {refused !== null && <p className="fault">{refused}</p>}
      {refused === null && effect === null && <p>{preview.isLoading ? "Counting what would happen …" : "…"}</p>}
      {refused === null && effect !== null && "appearingCount" in effect && <Sentences effect={effect} />}
    </section>
  );
}

/** Whether the shown preview allows the change. */
export function isPossible({ data, isLoading, fault }: Preview): boolean {
  return !isLoading && fault === null && data !== null && "appearingCount" in data.preview;
}

function Sentences({ effect }: { effect: Counted }) {
  const told: string[] = [];
  const dates = (count: number, verb: string) => {
    if (count > 0) told.push(`${counted(count, "date")} ${verb}.`);
  };
  dates(effect.movingCount, effect.movingCount === 1 ? "moves" : "move");
  dates(effect.appearingCount, effect.appearingCount === 1 ? "is added" : "are added");
  dates(effect.disappearingCount, effect.disappearingCount === 1 ? "is not held any more" : "are not held any more");
  dates(effect.placesChangedCount, effect.placesChangedCount === 1 ? "changes its places" : "change their places");
  if (effect.overfullCount > 0)
    told.push(`${counted(effect.overfullCount, "date")} would have more students than places.`);
  if (effect.studentCount > 0) {
    told.push(
      `${counted(effect.studentCount, "student")} of ${counted(effect.familyCount, "family", "families")} will notice it.`,
    );
  }
  if (effect.endedEnrollmentCount > 0) told.push(`${counted(effect.endedEnrollmentCount, "enrollment")} will end.`);
  if (effect.makeupCount > 0) told.push(`${counted(effect.makeupCount, "booked makeup")} in these dates.`);
  if (effect.toldFamilyCount > 0)
    told.push(`${counted(effect.toldFamilyCount, "family", "families")} will be told by e-mail.`);
  if (told.length === 0) told.push("No date of the class changes.");
  else if (effect.throughOn !== null) told.push(`Counted through ${dayDate(effect.throughOn)}.`);
  return told.map(one => <p key={one}>{one}</p>);
}
