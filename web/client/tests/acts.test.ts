import { describe, expect, it } from "vitest";
import type { Ask } from "../src/live/ask";
import { type AttendanceInput, sending } from "../src/staff/acts";

async function sent(input: AttendanceInput, capturedAt: number): Promise<unknown> {
  let variables: unknown;
  const ask = (async (_document: unknown, given: unknown) => {
    variables = given;
    return { markAttendance: null, submitAttendance: null, clearMark: null };
  }) as unknown as Ask;
  await sending(ask)({ key: "k", occurrenceId: "o", capturedAt, seenRevision: 1, input });
  return variables;
}

describe("an act that has waited", () => {
  it("says when it was captured, and one that is sent at once does not", async () => {
    const acts: AttendanceInput[] = [
      { kind: "mark", studentId: "s", status: "PRESENT" },
      { kind: "submit", marks: [], rest: "PRESENT" },
    ];
    const anHourAgo = Date.now() - 3_600_000;
    for (const input of acts) {
      expect(await sent(input, anHourAgo)).toMatchObject({ input: { capturedAt: new Date(anHourAgo).toISOString() } });
      expect(await sent(input, Date.now())).toMatchObject({ input: { capturedAt: null } });
    }
  });
});
