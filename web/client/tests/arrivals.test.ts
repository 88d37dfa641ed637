import { describe, expect, it } from "vitest";
import { type Arrivals, byFiveMinutes, latest, withEntries } from "../src/staff/dashboard/arrivals";
import type { Entry, Place } from "../src/staff/dashboard/operations";

const CLASS: Place = { id: "c", offering: { name: "Swim" }, location: { id: "l", timeZone: "UTC" } };
type Mark = NonNullable<Entry["mark"]>;

function entry(id: string, markedAt: string | null, more: Partial<Mark> = {}): Entry {
  const mark = markedAt && { status: "PRESENT" as const, isDefaulted: false, markedBy: null, ...more, markedAt };
  return { student: { id, firstName: id, lastName: "B" }, mark: mark || null };
}

function of(...entries: Entry[]): Arrivals {
  return withEntries(new Map(), CLASS, entries);
}

describe("the arrivals of a day", () => {
  it("are counted by five minutes, without gaps and without those who did not come", () => {
    const bins = byFiveMinutes(
      of(
        entry("ann", "2026-11-16T17:04:59Z"),
        entry("ben", "2026-11-16T17:05:00Z"),
        entry("cas", "2026-11-16T17:09:59Z", { status: "TARDY" }),
        entry("dee", "2026-11-16T17:20:00Z", { status: "LEFT_EARLY" }),
        entry("eve", "2026-11-16T17:21:00Z", { status: "ABSENT" }),
        entry("fay", "2026-11-16T17:50:00Z", { status: "EXCUSED_ABSENCE" }),
      ),
    );
    expect(bins.counts).toEqual([1, 2, 0, 0, 1]);
    expect(bins.starts[0]).toBe(Date.parse("2026-11-16T17:00:00Z") / 1000);
    expect(byFiveMinutes(new Map())).toEqual({ starts: [], counts: [] });
  });

  it("follow corrections, and leave out absences by default", () => {
    let arrivals = of(entry("ann", "2026-11-16T17:00:00Z"), entry("ben", "2026-11-16T17:01:00Z"));
    arrivals = withEntries(arrivals, CLASS, [entry("ann", "2026-11-16T17:07:00Z", { status: "ABSENT" })]);
    expect(latest(arrivals, 5).map(one => [one.student.id, one.status])).toEqual([
      ["ann", "ABSENT"],
      ["ben", "PRESENT"],
    ]);
    arrivals = withEntries(arrivals, CLASS, [
      entry("ann", null),
      entry("ben", "2026-11-16T17:08:00Z", { status: "ABSENT", isDefaulted: true }),
    ]);
    expect(arrivals.size).toBe(0);
  });
});
