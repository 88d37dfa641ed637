/**
 * The state of one roll sheet: a snapshot, and the numbered changes after it.
 *
 * Everything here is pure. A change is applied once, whatever arrives twice; a SNAPSHOT replaces everything.
 */

export interface Named {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** What the store needs to know of a row. Clients add the fields that they show. */
export interface Row<Status extends string = string> {
  readonly id: string;
  readonly student: Named;
  readonly mark: { readonly status: Status; readonly isDefaulted: boolean; readonly note: string | null } | null;
}

export interface Change<Entry extends Row, Sheet extends { readonly revision: number }> {
  readonly revision: number;
  readonly history: string;
  readonly kind: "SNAPSHOT" | "MARKS" | "ROSTER" | "CANCELLED" | "RESTORED" | "TOKENS";
  readonly occurrence: Sheet;
  readonly entries: readonly Entry[];
  readonly removedEntryIds: readonly string[];
}

export interface SheetState<Entry extends Row, Sheet extends { readonly revision: number }> {
  /** The last change that is in this state. Pass it with `history` to go on after it. */
  readonly revision: number;
  readonly history: string;
  readonly occurrence: Sheet;
  readonly entries: readonly Entry[];
}

/** Return the state after the change. The same object comes back when the change is in the state already. */
export function applyChange<Entry extends Row, Sheet extends { readonly revision: number }>(
  state: SheetState<Entry, Sheet> | null,
  change: Change<Entry, Sheet>,
): SheetState<Entry, Sheet> {
  const { revision, history, occurrence } = change;
  if (state === null || change.kind === "SNAPSHOT") {
    return { revision, history, occurrence, entries: [...change.entries].sort(byName) };
  }
  // The server sends a SNAPSHOT when another history begins, so a change of another one is late.
  if (history !== state.history || revision <= state.revision) return state;
  const changed = new Map(change.entries.map(entry => [entry.id, entry]));
  const gone = new Set(change.removedEntryIds);
  const kept = state.entries.filter(entry => !gone.has(entry.id)).map(entry => changed.get(entry.id) ?? entry);
  const known = new Set(state.entries.map(entry => entry.id));
  const added = change.entries.filter(entry => !known.has(entry.id));
  return {
    revision,
    history,
    // Events that were read together hold the same, later occurrence; an older one never replaces a newer one.
    occurrence: occurrence.revision >= state.occurrence.revision ? occurrence : state.occurrence,
    entries: [...kept, ...added].sort(byName),
  };
}

const names = new Intl.Collator("en", { sensitivity: "base" });

/** The order of a roll sheet: last name, first name; the id decides between namesakes. */
export function byName(one: Row, other: Row): number {
  return (
    names.compare(one.student.lastName, other.student.lastName) ||
    names.compare(one.student.firstName, other.student.firstName) ||
    (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
  );
}

/** What the person at this device has done, and the server may not have answered yet. */
export interface Intent<Status extends string = string> {
  /** The marks of students; null clears a mark. */
  readonly marks: ReadonlyArray<{ readonly studentId: string; readonly status: Status | null }>;
  /** The status of everybody else whom no person has marked. */
  readonly rest: Status | null;
}

/** A row as the person at this device sees it: with what they have done, whether or not it has arrived. */
export interface Seen<Entry extends Row<Status>, Status extends string> {
  readonly entry: Entry;
  readonly status: Status | null;
  /** Whether the status is this device's and the server has not confirmed it. */
  readonly isWaiting: boolean;
}

/** Lay what was done on this device over the rows, in the order in which it was done. */
export function overlay<Status extends string, Entry extends Row<Status>>(
  entries: readonly Entry[],
  intents: readonly Intent<Status>[],
): readonly Seen<Entry, Status>[] {
  return entries.map(entry => {
    let status = entry.mark?.status ?? null;
    let isWaiting = false;
    let isMarked = entry.mark !== null && !entry.mark.isDefaulted;
    for (const intent of intents) {
      const own = intent.marks.find(mark => mark.studentId === entry.student.id);
      if (own !== undefined) {
        status = own.status;
        isMarked = own.status !== null;
        isWaiting = true;
      } else if (intent.rest !== null && !isMarked) {
        status = intent.rest;
        isMarked = true;
        isWaiting = true;
      }
    }
    return { entry, status, isWaiting };
  });
}
