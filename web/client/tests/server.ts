/** A small server of one roll sheet, which keeps the rules that the client counts on. */
import type { Act, Outcome } from "../src/live/outbox";
import type { Change, Row } from "../src/live/store";

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
  readonly #changedAt = new Map<string, { revision: number; by: string }>();
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

  #save({ input, seenRevision }: Act<Input>, by: string): Outcome<Refusal> {
    const conflicts = input.marks.filter(({ studentId, status }) => {
      const last = this.#changedAt.get(studentId);
      const differs = (this.marks.get(studentId)?.status ?? null) !== status;
      return last !== undefined && last.revision > seenRevision && last.by !== by && differs;
    });
    if (conflicts.length > 0) return { kind: "refused", refusal: { conflicts: conflicts.map(one => one.studentId) } };
    const wanted = new Map(input.marks.map(mark => [mark.studentId, mark.status]));
    if (input.rest !== null) {
      for (const id of STUDENTS) if (!wanted.has(id) && !this.marks.has(id)) wanted.set(id, input.rest);
    }
    const changed = [...wanted].filter(([id, status]) => (this.marks.get(id)?.status ?? null) !== status);
    if (changed.length > 0) {
      this.revision += 1;
      for (const [id, status] of changed) {
        if (status === null) this.marks.delete(id);
        else this.marks.set(id, { status, by });
        this.#changedAt.set(id, { revision: this.revision, by });
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
