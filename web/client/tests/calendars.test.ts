import { describe, expect, it } from "vitest";
import { closuresOf } from "../src/staff/catalogue/programs/calendars";

const swim = { id: "1", name: "Swim", blackoutSchedule: null, plannedBlackoutSchedule: null };
const autumn = { id: "2", name: "Autumn" };

describe("the closures of a program", () => {
  it("are told alone while no others are planned", () => {
    expect(closuresOf(swim)).toBe("Never closed");
    expect(closuresOf({ ...swim, blackoutSchedule: autumn })).toBe("Closures: Autumn");
  });

  it("are told with those that are planned, and from when", () => {
    const from = "2026-03-01";
    const planned = { ...swim, plannedBlackoutSchedule: { blackoutSchedule: autumn, from } };
    expect(closuresOf(planned)).toBe("Never closed, from Mar 1, 2026 Autumn");
    const ending = { ...swim, blackoutSchedule: autumn, plannedBlackoutSchedule: { blackoutSchedule: null, from } };
    expect(closuresOf(ending)).toBe("Closures: Autumn, from Mar 1, 2026 never closed");
  });
});
