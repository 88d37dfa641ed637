import { type Exclusively, type Renew, type Session, SessionKeeper, type SessionPlace } from "@rollbook/client";
import { describe, expect, it } from "vitest";

const MINUTE = 60_000;

/** Storage, lock and server of one browser with several tabs. A refresh token that comes twice ends the session. */
class Browser {
  stored: Session | null = null;
  time = 0;
  renewals = 0;
  isOffline = false;
  hasEnded = false;
  readonly #used = new Set<string>();
  readonly #heard: Array<() => void> = [];
  #turn: Promise<unknown> = Promise.resolve();

  tab(): SessionKeeper {
    const place: SessionPlace = {
      read: () => this.stored,
      write: session => {
        this.stored = session;
        for (const heard of this.#heard) heard();
      },
      watch: heard => this.#heard.push(heard),
    };
    const exclusively: Exclusively = work => {
      const mine = this.#turn.catch(() => undefined).then(work);
      this.#turn = mine;
      return mine;
    };
    return new SessionKeeper(
      place,
      token => this.#renew(token),
      exclusively,
      () => this.time,
    );
  }

  issue(): Session {
    this.renewals += 1;
    const [accessToken, refreshToken] = [`access ${this.renewals}`, `refresh ${this.renewals}`];
    return {
      accessToken,
      refreshToken,
      expiresAt: this.time + 15 * MINUTE,
      refreshExpiresAt: Number.POSITIVE_INFINITY,
    };
  }

  #renew: Renew = async token => {
    if (this.isOffline) throw new TypeError("Failed to fetch");
    if (this.hasEnded || this.#used.has(token)) return null;
    this.#used.add(token);
    return this.issue();
  };
}

describe("a session", () => {
  it("is renewed in time, once for all tabs and callers", async () => {
    const browser = new Browser();
    browser.stored = browser.issue();
    const [one, other] = [browser.tab(), browser.tab()];
    expect(await one.accessToken()).toBe("access 1");
    browser.time = 14.5 * MINUTE;
    const tokens = await Promise.all([
      one.accessToken(),
      one.accessToken(),
      other.accessToken(),
      other.renewed("access 1"),
    ]);
    expect(tokens).toEqual(["access 2", "access 2", "access 2", "access 2"]);
    expect(browser.renewals).toBe(2);
  });

  it("outlives a loss of network", async () => {
    const browser = new Browser();
    browser.stored = browser.issue();
    const tab = browser.tab();
    browser.time = 20 * MINUTE;
    browser.isOffline = true;
    await expect(tab.accessToken()).rejects.toThrow();
    expect(tab.current()).not.toBeNull();
    browser.isOffline = false;
    expect(await tab.accessToken()).toBe("access 2");
  });

  it("ends in all tabs when the server has ended it, or somebody signs out", async () => {
    const browser = new Browser();
    browser.stored = browser.issue();
    const [one, other] = [browser.tab(), browser.tab()];
    let told = 0;
    other.subscribe(() => {
      told += 1;
    });
    browser.hasEnded = true;
    expect(await one.renewed("access 1")).toBeNull();
    expect([one.current(), other.current(), browser.stored]).toEqual([null, null, null]);
    expect(told).toBeGreaterThan(0);
    browser.hasEnded = false;
    one.begin(browser.issue());
    expect(other.current()?.accessToken).toBe("access 2");
    other.end();
    expect(one.current()).toBeNull();
  });
});
