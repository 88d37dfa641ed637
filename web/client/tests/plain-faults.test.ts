import { AskFault } from "@rollbook/client";
import { describe, expect, it } from "vitest";
import { wordsOf } from "../src/parts/plainFaults";

describe("what a form says of an input that is not possible", () => {
  it.each([
    [
      "input.newStaff.firstName has 0 characters; 1 to 200 are allowed.",
      "First name has 0 characters; 1 to 200 are allowed.",
    ],
    ["input.timeslots.0.durationMinutes is 2000.", "Number of minutes is 2000."],
    ["input.family.phones.1 has fewer than 7 digits.", "Phones has fewer than 7 digits."],
    ["input.to is before input.from.", "To is before from."],
    ["Give either input.startsOn or nothing.", "Give either starts on or nothing."],
  ])("%s", (message, words) => {
    expect(wordsOf(new AskFault("refused", message, "BAD_USER_INPUT"))).toBe(words);
  });

  it("leaves other faults as they are", () => {
    expect(wordsOf(new AskFault("refused", "input.a is odd", "INTERNAL"))).toBe("input.a is odd");
  });
});
