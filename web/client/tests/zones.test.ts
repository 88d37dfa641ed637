import { describe, expect, it } from "vitest";
import { zonesOf } from "../src/staff/catalogue/locations/zones";

const here = { id: "1", name: "Pool", timeZone: "America/New_York" };

describe("the zone of a location", () => {
  it("is told alone while no other is planned", () => {
    expect(zonesOf({ ...here, plannedTimeZone: null })).toBe("America/New York");
  });

  it("is told with the one that is planned, and from when", () => {
    const plannedTimeZone = { timeZone: "Europe/Vienna", from: "2026-03-01" };
    expect(zonesOf({ ...here, plannedTimeZone })).toBe("America/New York, from Mar 1, 2026 Europe/Vienna");
  });
});
