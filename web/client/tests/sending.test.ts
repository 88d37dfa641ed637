import { type Ask, AskFault, textOf } from "@rollbook/client";
import { describe, expect, it } from "vitest";
import { refusalWords } from "../src/parts/refusals";
import type { AttendanceAct, AttendanceInput } from "../src/staff/acts";
import { sending } from "../src/staff/sending";

interface Sent {
  readonly mutation: string;
  readonly input: Record<string, unknown>;
}

/** A server that gives these answers, one after the other. An answer that is a fault is thrown. */
function server(...answers: readonly unknown[]) {
  const sent: Sent[] = [];
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
const MARK: AttendanceInput = { kind: "mark", studentId: "s", status: "PRESENT" };
const CLEAR: AttendanceInput = { kind: "clear", studentId: "s" };
const SUBMIT: AttendanceInput = { kind: "submit", marks: [{ studentId: "s", status: null }], rest: "PRESENT" };

function act(key: string, input: AttendanceInput = MARK): AttendanceAct {
  return { key, occurrenceId: "o", capturedAt: AT, seenRevision: 1, input };
}

const ABOUT = { occurrenceId: "o", seenRevision: 1, capturedAt: "2026-11-30T17:00:00.000Z" };

describe("what waits", () => {
  it("goes by its own mutation when it is alone, with the time of the tap", async () => {
    const found = [];
    for (const input of [MARK, CLEAR, SUBMIT]) {
      const { sent, send } = server();
      expect((await send([act("a", input)])).size).toBe(0);
      found.push(...sent);
    }
    expect(found).toEqual([
      { mutation: "markAttendance", input: { ...ABOUT, idempotencyKey: "a", studentId: "s", status: "PRESENT" } },
      { mutation: "clearMark", input: { ...ABOUT, idempotencyKey: "a", studentId: "s" } },
      {
        mutation: "submitAttendance",
        input: { ...ABOUT, idempotencyKey: "a", marks: [{ studentId: "s", status: null }], markRest: "PRESENT" },
      },
    ]);
  });

  it("waits for a reload when the server is of another release", async () => {
    for (const acts of [[act("a")], [act("a"), act("b", CLEAR)]]) {
      const { send } = server(new AskFault("outdated", "Reload.", "DOCUMENT_NOT_TRUSTED"));
      expect([...(await send(acts))]).toEqual(acts.map(({ key }) => [key, { kind: "later", seconds: null }]));
    }
  });

  it("goes in one request when there is more, and each act gets its own answer", async () => {
    const conflict = { studentId: "s", wantedStatus: "PRESENT", currentStatus: null, changedAt: "then" };
    const told = { code: "C", message: "m" };
    const outcomes: Record<string, object> = {
      a: { __typename: "QueuedActRecorded", occurrence: { revision: 7 } },
      b: { __typename: "AttendanceConflict", ...told, currentRevision: 7, conflicts: [conflict] },
      c: { __typename: "QueuedActNotPossible", ...told, fault: "NOT_FOUND" },
      d: { __typename: "QueuedActPostponed", ...told, retryAfter: 3 },
      e: { __typename: "AttendanceNotRecordable", ...told, reason: "CANCELLED" },
    };
    const results = Object.entries(outcomes).map(([idempotencyKey, outcome]) => ({ idempotencyKey, outcome }));
    const { sent, send } = server({ __typename: "RecordQueuedSuccess", results });
    const found = await send([act("a"), act("b", CLEAR), act("c", SUBMIT), act("d"), act("e")]);
    expect(sent.map(one => one.mutation)).toEqual(["recordQueued"]);
    expect(sent[0]?.input["acts"]).toMatchObject([
      { markAttendance: { ...ABOUT, idempotencyKey: "a" } },
      { clearMark: { ...ABOUT, idempotencyKey: "b" } },
      { submitAttendance: { ...ABOUT, idempotencyKey: "c" } },
      { markAttendance: {} },
      { markAttendance: {} },
    ]);
    expect(found.get("a")).toEqual({ kind: "done", revision: 7 });
    expect(found.get("b")).toMatchObject({
      kind: "refused",
      refusal: { currentRevision: 7, conflicts: [{ current: null }] },
    });
    expect(found.get("c")).toMatchObject({ kind: "refused", refusal: { code: "NOT_FOUND" } });
    expect(found.get("d")).toEqual({ kind: "later", seconds: 3 });
    expect(found.get("e")).toMatchObject({ kind: "refused", refusal: { reason: "CANCELLED" } });
  });

  it("goes in portions that the server takes", async () => {
    const { sent, send } = server();
    await send(Array.from({ length: 501 }, (_, place) => act(`${place}`)));
    const marks = Array.from({ length: 200 }, (_, place) => ({ studentId: `${place}`, status: "PRESENT" as const }));
    await send(["a", "b", "c", "d"].map(key => act(key, { kind: "submit", marks, rest: null })));
    expect(sent.map(one => (one.input["acts"] as unknown[]).length)).toEqual([100, 2]);
  });

  it("waits while the server cannot be reached, and stops nothing when one act is not understood", async () => {
    const away = server(new AskFault("unreachable", "away", null, 4));
    const waits = await away.send([act("a"), act("b")]);
    expect([...waits.values()]).toEqual([
      { kind: "later", seconds: 4 },
      { kind: "later", seconds: 4 },
    ]);
    const refused = new AskFault("refused", "no", "BAD_USER_INPUT");
    const { sent, send } = server(refused, refused);
    const found = await send([act("a"), act("b")]);
    expect(sent.map(one => one.mutation)).toEqual(["recordQueued", "markAttendance"]);
    expect([...found]).toMatchObject([["a", { kind: "refused", refusal: { code: "BAD_USER_INPUT" } }]]);
  });

  it("is all refused when the person may record nothing any more", async () => {
    const { send } = server({ __typename: "PermissionDenied", code: "PERMISSION_DENIED", message: "You may not." });
    const found = await send([act("a"), act("b")]);
    for (const outcome of found.values()) expect(outcome).toMatchObject({ refusal: { code: "PERMISSION_DENIED" } });
    expect(found.size).toBe(2);
  });
});

describe("the words for a refusal", () => {
  it("go by its code and reason, and are the server's where these pages do not know it", () => {
    const message = "The server's sentence.";
    expect(refusalWords({ code: "ATTENDANCE_NOT_RECORDABLE", reason: "CANCELLED", message })).toBe(
      "The class was cancelled.",
    );
    expect(refusalWords({ code: "STUDENT_NOT_ON_ROSTER", reason: null, message })).toContain("not on this roll sheet");
    expect(refusalWords({ code: "SOMETHING_NEW", reason: null, message })).toBe(message);
  });
});
