import { applyChange, type Change, overlay, type Row, type SheetState } from "@rollbook/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Head, SheetServer, STUDENTS, type Status } from "./server";

type State = SheetState<Row<Status>, Head>;

const act = fc.record({
  student: fc.constantFrom(...STUDENTS),
  status: fc.constantFrom<Status | null>("PRESENT", "ABSENT", "TARDY", null),
});

function serverAfter(history: ReadonlyArray<{ student: string; status: Status | null }>): SheetServer {
  const server = new SheetServer();
  history.forEach(({ student, status }, at) => {
    const input = { marks: [{ studentId: student, status }], rest: null };
    server.receive({ key: `${at}`, occurrenceId: "o", capturedAt: at, seenRevision: at, input }, "somebody");
  });
  return server;
}

describe("the state of a roll sheet", () => {
  it("is the server's, whatever arrives twice and wherever the stream is opened again", () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 12 }),
        fc.array(fc.nat({ max: 12 })),
        fc.nat({ max: 12 }),
        (history, again, from) => {
          const server = serverAfter(history.slice(0, from));
          let state: State = applyChange<Row<Status>, Head>(null, server.snapshot());
          const whole = serverAfter(history);
          const sent: Change<Row<Status>, Head>[] = [];
          for (const [at, change] of whole.changes.entries()) {
            sent.push(change);
            state = applyChange(state, change);
            // What a reconnected stream sends again begins with a change that is in the state.
            const repeated = sent[(again[at] ?? 0) % sent.length];
            if (repeated) state = applyChange(state, repeated);
          }
          expect(state).toEqual(applyChange<Row<Status>, Head>(null, whole.snapshot()));
        },
      ),
    );
  });

  it("keeps the same object when nothing is new", () => {
    const server = serverAfter([{ student: "ana", status: "PRESENT" }]);
    const state = applyChange<Row<Status>, Head>(null, server.snapshot());
    for (const change of server.changes) expect(applyChange(state, change)).toBe(state);
  });

  it("is replaced by a snapshot of another history, even of a lower revision", () => {
    const state = applyChange<Row<Status>, Head>(null, serverAfter([{ student: "ana", status: "PRESENT" }]).snapshot());
    const other = { ...new SheetServer().snapshot(), history: "restored" };
    expect(applyChange(state, other)).toMatchObject({ revision: 0, history: "restored" });
    const late = {
      ...serverAfter([{ student: "ben", status: "ABSENT" }]).snapshot(),
      kind: "MARKS" as const,
      revision: 9,
    };
    expect(applyChange(applyChange(state, other), late)).toMatchObject({ revision: 0, history: "restored" });
  });

  it("adds rows by name, and removes them", () => {
    const state = applyChange<Row<Status>, Head>(null, new SheetServer().snapshot());
    const row = { id: "row bea", student: { id: "bea", firstName: "Bea", lastName: "BEA" }, mark: null };
    const change = { ...new SheetServer().snapshot(), kind: "ROSTER" as const, revision: 1, entries: [row] };
    const added = applyChange(state, { ...change, removedEntryIds: ["row cy"] });
    expect(added.entries.map(entry => entry.student.id)).toEqual(["ana", "bea", "ben", "dee"]);
  });
});

describe("what waits on this device", () => {
  const entries = applyChange<Row<Status>, Head>(
    null,
    serverAfter([{ student: "ana", status: "ABSENT" }]).snapshot(),
  ).entries;
  const shown = (...intents: Parameters<typeof overlay<Status, Row<Status>>>[1]) =>
    overlay<Status, Row<Status>>(entries, intents).map(row => row.status);

  it("lies over the rows in the order in which it was done", () => {
    expect(shown()).toEqual(["ABSENT", null, null, null]);
    const first = { marks: [{ studentId: "ben", status: "PRESENT" as const }], rest: null };
    const second = { marks: [{ studentId: "ben", status: null }], rest: "TARDY" as const };
    expect(shown(first)).toEqual(["ABSENT", "PRESENT", null, null]);
    expect(shown(first, second)).toEqual(["ABSENT", null, "TARDY", "TARDY"]);
    expect(shown(second, first)).toEqual(["ABSENT", "PRESENT", "TARDY", "TARDY"]);
  });

  it("marks the rest where nobody has marked, or the system by default", () => {
    const byDefault = entries.map(entry => entry.mark && { ...entry, mark: { ...entry.mark, isDefaulted: true } });
    const rows = entries.map((entry, at) => byDefault[at] ?? entry);
    const seen = overlay<Status, Row<Status>>(rows, [{ marks: [], rest: "PRESENT" }]);
    expect(seen.map(row => [row.status, row.isWaiting])).toEqual(STUDENTS.map(() => ["PRESENT", true]));
  });
});
