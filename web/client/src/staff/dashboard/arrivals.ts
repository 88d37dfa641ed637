/** The marks of a day by student and class, and what the dashboard reads from them. */
import { isHere, type StatusName } from "../../parts/statuses";
import type { Entry, Place } from "./operations";

export interface Arrival {
  readonly key: string;
  readonly place: Place;
  readonly student: Entry["student"];
  readonly status: StatusName;
  readonly by: NonNullable<Entry["mark"]>["markedBy"];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type Arrivals = ReadonlyMap<string, Arrival>;

/** Put the newest marks of some students of one class in place of those that were known. */
export function withEntries(known: Arrivals, place: Place, entries: readonly Entry[]): Arrivals {
  const next = new Map(known);
  for (const { student, mark } of entries) {
    const key = `${place.id} ${student.id}`;
    // Nobody has decided about an absence that is set by default.
    if (mark === null || mark.isDefaulted) next.delete(key);
    else {
      const { status, markedBy: by, markedAt } = mark;
      next.set(key, { key, place, student, status, by, at: Date.parse(markedAt) });
    }
  }
  return next;
}

export function latest(arrivals: Arrivals, most: number): readonly Arrival[] {
  return [...arrivals.values()]
    .sort((one, other) => other.at - one.at || (one.key < other.key ? 1 : -1))
    .slice(0, most);
}

const STEP = 5 * 60;

export interface Bins {
  /** The beginning of each five minutes, in seconds since 1970, without gaps. */
  readonly starts: readonly number[];
  readonly counts: readonly number[];
}

/** How many students came in each five minutes, from the first to the last who came. */
export function byFiveMinutes(arrivals: Arrivals): Bins {
  const counted = new Map<number, number>();
  for (const { status, at } of arrivals.values()) {
    if (!isHere(status)) continue;
    const start = Math.floor(at / 1000 / STEP) * STEP;
    counted.set(start, (counted.get(start) ?? 0) + 1);
  }
  if (counted.size === 0) return { starts: [], counts: [] };
  const first = Math.min(...counted.keys());
  const last = Math.max(...counted.keys());
  const starts = Array.from({ length: (last - first) / STEP + 1 }, (_, place) => first + place * STEP);
  return { starts, counts: starts.map(start => counted.get(start) ?? 0) };
}
