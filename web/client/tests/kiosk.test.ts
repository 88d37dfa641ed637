import { type Ask, AskFault, textOf } from "@rollbook/client";
import { describe, expect, it } from "vitest";
import { isPhone } from "../src/kiosk/scanner";
import { type KioskInput, sending } from "../src/kiosk/sending";
import { refusedWords } from "../src/kiosk/words";

function server(...answers: readonly unknown[]) {
  const sent: Array<{ mutation: string; input: Record<string, unknown> }> = [];
  const ask = (async (document: Parameters<typeof textOf>[0], { input }: { input: Record<string, unknown> }) => {
    const mutation = /(?<=\{\s+)\w+/.exec(textOf(document))?.[0] ?? "";
    sent.push({ mutation, input });
    const answer = answers[sent.length - 1] ?? null;
    if (answer instanceof AskFault) throw answer;
    return { [mutation]: answer };
  }) as unknown as Ask;
  return { sent, send: sending(ask) };
}

const AT = Date.parse("2026-11-30T17:00:00Z");

function act(key: string, kind: KioskInput["kind"] = "checkIn") {
  const input: KioskInput = { kind, studentId: "s", firstName: "Ann" };
  return { key, occurrenceId: "o", capturedAt: AT, seenRevision: 0, input };
}

const CHECK_IN = { occurrenceId: "o", studentId: "s", capturedAt: "2026-11-30T17:00:00.000Z" };

describe("what a kiosk sends", () => {
  it("is one check-in by itself and several together, with the times of the taps", async () => {
    const results = [
      { idempotencyKey: "a", outcome: { __typename: "QueuedActRecorded", status: "PRESENT" } },
      { idempotencyKey: "b", outcome: { __typename: "QueuedActPostponed", code: "C", message: "m", retryAfter: 3 } },
    ];
    const { sent, send } = server(
      { __typename: "CheckInSuccess", status: "PRESENT" },
      { __typename: "RecordQueuedSuccess", results },
    );
    expect([...(await send([act("a")]))]).toEqual([["a", { kind: "done", revision: 0 }]]);
    expect([...(await send([act("a"), act("b")]))]).toEqual([
      ["a", { kind: "done", revision: 0 }],
      ["b", { kind: "later", seconds: 3 }],
    ]);
    expect(sent).toEqual([
      { mutation: "checkIn", input: { ...CHECK_IN, idempotencyKey: "a" } },
      {
        mutation: "recordQueued",
        input: {
          acts: [{ checkIn: { ...CHECK_IN, idempotencyKey: "a" } }, { checkIn: { ...CHECK_IN, idempotencyKey: "b" } }],
        },
      },
    ]);
  });

  it("takes a check-in back in its turn, after what came before it", async () => {
    const results = ["a", "b"].map(idempotencyKey => ({
      idempotencyKey,
      outcome: { __typename: "QueuedActRecorded" },
    }));
    const { sent, send } = server(
      { __typename: "RecordQueuedSuccess", results },
      { __typename: "CheckInNotUndoable", code: "CHECK_IN_NOT_UNDOABLE", message: "m", noUndoReason: "TOO_LATE" },
    );
    const acts = [act("a"), act("b"), act("c", "undo"), act("d")];
    expect([...(await send(acts)).keys()]).toEqual(["a", "b"]);
    expect([...(await send(acts.slice(2)))]).toMatchObject([["c", { kind: "refused" }]]);
    expect(sent.map(one => one.mutation)).toEqual(["recordQueued", "undoKioskCheckIn"]);
    expect(sent[1]?.input).toEqual({ occurrenceId: "o", studentId: "s", idempotencyKey: "c" });
  });

  it("waits while the server cannot be reached, and is refused alone when it is not understood", async () => {
    const { send } = server(new AskFault("unreachable", "away", null, 4), new AskFault("refused", "no", "NOT_FOUND"));
    expect([...(await send([act("a")]))]).toEqual([["a", { kind: "later", seconds: 4 }]]);
    expect([...(await send([act("a")]))]).toMatchObject([["a", { kind: "refused", refusal: { code: "NOT_FOUND" } }]]);
  });
});

describe("what a family is told and may type", () => {
  it("is in the kiosk's own words, and a code has letters where a number has none", () => {
    expect(refusedWords({ code: "KIOSK_READ_ONLY", reason: null, message: "" })).toContain("switched off here");
    expect(refusedWords({ code: "SOMETHING_NEW", reason: null, message: "" })).toContain("front desk");
    expect([isPhone("+1 (512) 555-0142"), isPhone("RB1.AbC-_9")]).toEqual([true, false]);
  });
});
