/**
 * The server's clock, as well as the answers tell it.
 *
 * An answer has the server's time in whole seconds (`Date`), and it was given between the request and its arrival. As
 * long as the device's own clock agrees with that, it is right; otherwise it is corrected by as little as is needed.
 */

/** By how many milliseconds the server's clock is ahead of the device's: at least `least` and at most `most`. */
export interface Ahead {
  readonly least: number;
  readonly most: number;
}

// Servers round the time down to a second, renew it once a second, and do so late when they are busy.
const BEHIND = 3_000;

export class ServerClock {
  #ahead: Ahead;

  constructor(
    /** What earlier pages have learnt, for pages that are opened without network. */
    known: Ahead | null = null,
    private readonly learnt: (ahead: Ahead) => void = () => undefined,
    private readonly device: () => number = () => Date.now(),
  ) {
    this.#ahead = known ?? { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  }

  /** The present time at the server, in milliseconds since 1970. */
  readonly now = (): number => {
    const { least, most } = this.#ahead;
    return this.device() + Math.min(Math.max(0, least), most);
  };

  /** Send a request and learn the server's time from the answer. It can be used instead of `fetch`. */
  readonly fetch: typeof fetch = async (input, init) => {
    const sentAt = this.device();
    const answer = await fetch(input, init);
    this.heard(answer.headers.get("date"), sentAt, this.device());
    return answer;
  };

  /** Learn from the `Date` of an answer. */
  heard(date: string | null, sentAt: number, arrivedAt: number): void {
    const told = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(told) || arrivedAt < sentAt) return;
    const heard = { least: told - arrivedAt, most: told + BEHIND - sentAt };
    const least = Math.max(heard.least, this.#ahead.least);
    const most = Math.min(heard.most, this.#ahead.most);
    // When the two do not meet, somebody has set a clock: the last answer is right.
    this.#ahead = least <= most ? { least, most } : heard;
    this.learnt(this.#ahead);
  }
}
