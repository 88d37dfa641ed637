import { type Ahead, ServerClock } from "@rollbook/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const NOON = Date.parse("2026-11-30T12:00:00Z");

function dateOf(time: number): string {
  return new Date(time).toUTCString();
}

describe("the server's clock", () => {
  it("is right to some seconds, however wrong the device's clock is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
        fc.array(fc.record({ after: fc.nat(60_000), there: fc.nat(900), back: fc.nat(900), old: fc.nat(2_000) }), {
          minLength: 1,
        }),
        (wrong, answers) => {
          let time = NOON;
          const clock = new ServerClock(null, undefined, () => time + wrong);
          for (const { after, there, back, old } of answers) {
            time += after;
            const sentAt = time + wrong;
            time += there;
            const date = dateOf(time - old);
            time += back;
            clock.heard(date, sentAt, time + wrong);
          }
          expect(Math.abs(clock.now() - time)).toBeLessThanOrEqual(4_800);
          if (wrong === 0) expect(clock.now()).toBe(time);
        },
      ),
    );
  });

  it("leaves the device's clock alone that agrees with the server, and follows one that is set anew", () => {
    let device = NOON + 300;
    const kept: Ahead[] = [];
    const clock = new ServerClock(
      null,
      ahead => kept.push(ahead),
      () => device,
    );
    clock.heard(dateOf(NOON), device - 100, device);
    expect(clock.now()).toBe(device);
    device -= 3_600_000;
    clock.heard(dateOf(NOON + 10_000), device + 9_900, device + 10_000);
    expect(Math.abs(clock.now() - (NOON + 300))).toBeLessThanOrEqual(1_000);
    const next = new ServerClock(kept.at(-1) ?? null, undefined, () => device);
    expect(next.now()).toBe(clock.now());
    clock.heard(null, device, device);
    expect(next.now()).toBe(clock.now());
  });
});
