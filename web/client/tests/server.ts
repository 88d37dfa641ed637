/** A small server of one roll sheet, which keeps the rules that the client counts on. */
import type { Act, Change, Outcome, Row } from "@rollbook/client";

export type Status = "PRESENT" | "ABSENT" | "TARDY";
export interface Head {
  readonly revision: number;
}
export interface Input {
  readonly marks: ReadonlyArray<{ readonly studentId: string; readonly status: Status | null }>;
  readonly rest: Status | null;
}
export interface Refusal {
  readonly conflicts: readonly string[];
}

interface Held {
  readonly status: Status;
  readonly by: string;
}

export const STUDENTS = ["ana", "ben", "cy", "dee"];

export class SheetServer {
  readonly changes: Change<Row<Status>, Head>[] = [];
  readonly answers = new Map<string, Outcome<Refusal>>();
  readonly marks = new Map<string, Held>();
  readonly #decisions = new Map<string, { revision: number; by: string; at: number }>();
  revision = 0;

  snapshot(): Change<Row<Status>, Head> {
    return this.#change("SNAPSHOT", STUDENTS);
  }

  /** Save an act as the server does: once for each key, all of it or nothing. */
  receive(act: Act<Input>, by: string): Outcome<Refusal> {
    const known = this.answers.get(act.key);
    if (known !== undefined) return known;
    const answer = this.#save(act, by);
    this.answers.set(act.key, answer);
    return answer;
  }

  /** Save acts that have waited, in the order of their captured times. What comes after a postponed one waits too. */
  receiveQueued(acts: readonly Act<Input>[], by: string, postponed: string | null): Map<string, Outcome<Refusal>> {
    const inOrder = [...acts].sort((one, other) => one.capturedAt - other.capturedAt);
    const from = inOrder.findIndex(act => act.key === postponed);
    return new Map(
      inOrder.map((act, place) => {
        const waits = from >= 0 && place >= from;
        return [act.key, waits ? { kind: "later" as const, seconds: 1 } : this.receive(act, by)];
      }),
    );
  }

  #save({ input, seenRevision, capturedAt }: Act<Input>, by: string): Outcome<Refusal> {
    const unseen = input.marks.flatMap(({ studentId, status }) => {
      const last = this.#decisions.get(studentId);
      const differs = (this.marks.get(studentId)?.status ?? null) !== status;
      return last !== undefined && last.revision > seenRevision && differs ? [{ studentId, ...last }] : [];
    });
    const conflicts = unseen.filter(last => last.by !== by).map(last => last.studentId);
    if (conflicts.length > 0) return { kind: "refused", refusal: { conflicts } };
    const overtaken = new Set(unseen.filter(last => last.at > capturedAt).map(last => last.studentId));
    const own = input.marks.filter(mark => !overtaken.has(mark.studentId));
    const wanted = new Map(own.map(mark => [mark.studentId, mark.status]));
    if (input.rest !== null) {
      for (const id of STUDENTS) if (!wanted.has(id) && !this.marks.has(id)) wanted.set(id, input.rest);
    }
    const changed = [...wanted].filter(([id, status]) => (this.marks.get(id)?.status ?? null) !== status);
    if (changed.length > 0) {
      this.revision += 1;
      for (const [id, status] of changed) {
        if (status === null) this.marks.delete(id);
        else this.marks.set(id, { status, by });
        this.#decisions.set(id, { revision: this.revision, by, at: capturedAt });
      }
      this.changes.push(
        this.#change(
          "MARKS",
          changed.map(([id]) => id),
        ),
      );
    }
    return { kind: "done", revision: this.revision };
  }

  #change(kind: "SNAPSHOT" | "MARKS", ids: readonly string[]): Change<Row<Status>, Head> {
    const entries = ids.map(id => {
      const held = this.marks.get(id);
      const mark = held === undefined ? null : { status: held.status, isDefaulted: false, note: null };
      return { id: `row ${id}`, student: { id, firstName: id, lastName: id }, mark };
    });
    const { revision } = this;
    return { revision, history: "h", kind, occurrence: { revision }, entries, removedEntryIds: [] };
  }
}
