/**
 * The queue of what a person has done: each act is kept until the server has answered it.
 *
 * What waits is sent together, in the order in which it was done; what comes after it for the same occurrence waits for the
 * answer. An act that the server refuses is parked with the refusal, and shown; nothing is dropped. Every act has an
 * idempotency key, so sending it again does nothing twice. One tab sends for all tabs of the browser (`lead`).
 */

export interface Act<Input> {
  /** The idempotency key. */
  readonly key: string;
  readonly occurrenceId: string;
  /** When the person tapped, in milliseconds since 1970. Later acts of an occurrence have later times. */
  readonly capturedAt: number;
  /** The revision that the person saw. */
  readonly seenRevision: number;
  readonly input: Input;
}

export interface Waiting<Input> extends Act<Input> {
  readonly state: "waiting";
}

export interface Parked<Input, Refusal> extends Act<Input> {
  readonly state: "parked";
  readonly refusal: Refusal;
}

/** The server has the act. It stays until the roll sheet on the screen has reached `revision`. */
export interface Settled<Input> extends Act<Input> {
  readonly state: "settled";
  readonly revision: number;
}

export type Kept<Input, Refusal> = Waiting<Input> | Parked<Input, Refusal>;
export type Shown<Input, Refusal> = Kept<Input, Refusal> | Settled<Input>;

/** Where acts outlive the page. Acts come back in the order in which they were added. */
export interface OutboxPlace<Input, Refusal> {
  all(): Promise<readonly Kept<Input, Refusal>[]>;
  add(act: Kept<Input, Refusal>): Promise<void>;
  /** Replace the act of this key. Does nothing when it is gone. */
  replace(act: Kept<Input, Refusal>): Promise<void>;
  remove(key: string): Promise<void>;
}

export type Outcome<Refusal> =
  | { readonly kind: "done"; readonly revision: number }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** The server could not be reached, or nobody is signed in: the act waits. */
  | { readonly kind: "later"; readonly seconds: number | null };

/**
 * Send acts, in the order in which they were done, and return what became of each by its key.
 *
 * Acts may be left out, for example because they are too many for one request: they are sent next.
 */
export type Send<Input, Refusal> = (acts: readonly Act<Input>[]) => Promise<ReadonlyMap<string, Outcome<Refusal>>>;

/** What tabs tell each other. */
export type Told<Input, Refusal> =
  | { readonly kind: "changed"; readonly act: Shown<Input, Refusal> }
  | { readonly kind: "removed"; readonly key: string };

export interface Tabs<Input, Refusal> {
  tell(told: Told<Input, Refusal>): void;
  hear(heard: (told: Told<Input, Refusal>) => void): void;
}

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 30;

export class Outbox<Input, Refusal> {
  #acts: readonly Shown<Input, Refusal>[] = [];
  #isLeader = false;
  /** Acts that this page holds alone, because the browser's storage is full or not there. */
  readonly #unkept = new Set<string>();
  readonly #sending = new Set<string>();
  #pause = FIRST_PAUSE;
  #isPausing = false;
  /** The revisions that roll sheets on this screen have reached. */
  readonly #reached = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly place: OutboxPlace<Input, Refusal>,
    private readonly tabs: Tabs<Input, Refusal>,
    private readonly send: Send<Input, Refusal>,
    private readonly wait: (seconds: number, then: () => void) => void = (seconds, then) =>
      void setTimeout(then, seconds * 1000),
  ) {
    tabs.hear(told => this.#learn(told));
  }

  readonly acts = (): readonly Shown<Input, Refusal>[] => this.#acts;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Whether acts would be lost with this page, because the browser's storage is full or not there. */
  hasUnkept(): boolean {
    return this.#unkept.size > 0;
  }

  /** Read what earlier pages have left. */
  async open(): Promise<void> {
    const kept = await this.place.all().catch(() => []);
    const known = new Set(this.#acts.map(act => act.key));
    this.#become([...kept.filter(act => !known.has(act.key)), ...this.#acts]);
    this.flush();
  }

  /** Be the tab that sends, until the page ends. The tab that sent before may have left acts. */
  async lead(): Promise<void> {
    this.#isLeader = true;
    await this.open();
  }

  /** Keep the act, show it and send it. It is shown at once and kept before it is sent. */
  async add(act: Act<Input>): Promise<void> {
    const waiting: Waiting<Input> = { ...act, capturedAt: this.#afterOthers(act), state: "waiting" };
    this.#become([...this.#acts, waiting]);
    try {
      await this.place.add(waiting);
    } catch {
      this.#unkept.add(act.key);
    }
    this.tabs.tell({ kind: "changed", act: waiting });
    this.flush();
  }

  /**
   * Take back an act that waits, and return whether it was still waiting. The server may have it all the same, when its
   * answer was lost.
   */
  async withdraw(key: string): Promise<boolean> {
    const act = this.#acts.find(one => one.key === key);
    if (act?.state !== "waiting" || this.#sending.has(act.occurrenceId)) return false;
    await this.#remove(key);
    return true;
  }

  /** Forget a parked act, because the person has decided about it. */
  async dismiss(key: string): Promise<void> {
    if (!this.#acts.some(act => act.key === key && act.state === "parked")) return;
    await this.#remove(key);
  }

  /** The roll sheet on this screen has reached a revision: what it includes need not be laid over it any more. */
  reached(occurrenceId: string, revision: number): void {
    this.#reached.set(occurrenceId, revision);
    if (this.#acts.some(act => this.#isIncluded(act))) this.#become(this.#acts);
  }

  /** Send what waits now, for example because the network is back. */
  flush(): void {
    // A tab that does not lead sends only what the leader cannot read.
    const mine = this.#acts.filter(
      (act): act is Waiting<Input> =>
        act.state === "waiting" &&
        !this.#sending.has(act.occurrenceId) &&
        (this.#isLeader || this.#unkept.has(act.key)),
    );
    if (mine.length > 0) void this.#sendAll(mine);
  }

  async #sendAll(acts: readonly Waiting<Input>[]): Promise<void> {
    const occurrences = new Set(acts.map(act => act.occurrenceId));
    for (const id of occurrences) this.#sending.add(id);
    const outcomes = await this.send(acts).catch(() => new Map<string, Outcome<Refusal>>());
    let seconds: number | null = null;
    let isAnswered = false;
    for (const act of acts) {
      const outcome = outcomes.get(act.key);
      if (outcome === undefined) continue;
      if (outcome.kind === "later") seconds = Math.max(seconds ?? 0, outcome.seconds ?? 0);
      else {
        isAnswered = true;
        await this.#settle(act, outcome);
      }
    }
    for (const id of occurrences) this.#sending.delete(id);
    if (isAnswered) this.#pause = FIRST_PAUSE;
    // What was left out goes at once; what has to wait does, and so does everything when nothing was answered.
    if (seconds === null && isAnswered) this.flush();
    else this.#flushLater(seconds);
  }

  #flushLater(seconds: number | null): void {
    if (this.#isPausing) return;
    this.#isPausing = true;
    this.wait(seconds || this.#pause, () => {
      this.#isPausing = false;
      this.flush();
    });
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  /** A device's clock can be set back, but what a person does later stays later. */
  #afterOthers(act: Act<Input>): number {
    const before = this.#acts.filter(one => one.occurrenceId === act.occurrenceId).map(one => one.capturedAt);
    return Math.max(act.capturedAt, ...before.map(time => time + 1));
  }

  async #settle(act: Waiting<Input>, outcome: Exclude<Outcome<Refusal>, { kind: "later" }>): Promise<void> {
    if (outcome.kind === "done") {
      const settled: Settled<Input> = { ...act, state: "settled", revision: outcome.revision };
      // A removal that fails leaves an act that is sent again, which does nothing twice.
      if (!this.#unkept.delete(act.key)) await this.place.remove(act.key).catch(() => undefined);
      this.#replace(settled);
    } else {
      const parked: Parked<Input, Refusal> = { ...act, state: "parked", refusal: outcome.refusal };
      if (!this.#unkept.has(act.key)) await this.place.replace(parked).catch(() => undefined);
      this.#replace(parked);
    }
  }

  #replace(act: Shown<Input, Refusal>): void {
    this.#become(this.#acts.map(one => (one.key === act.key ? act : one)));
    this.tabs.tell({ kind: "changed", act });
  }

  async #remove(key: string): Promise<void> {
    if (!this.#unkept.delete(key)) await this.place.remove(key).catch(() => undefined);
    this.#become(this.#acts.filter(act => act.key !== key));
    this.tabs.tell({ kind: "removed", key });
  }

  #learn(told: Told<Input, Refusal>): void {
    if (told.kind === "removed") {
      this.#become(this.#acts.filter(act => act.key !== told.key));
      return;
    }
    const { act } = told;
    const isKnown = this.#acts.some(one => one.key === act.key);
    if (isKnown) this.#become(this.#acts.map(one => (one.key === act.key ? act : one)));
    else if (act.state !== "settled") this.#become([...this.#acts, act]);
    this.flush();
  }

  /** The change of an act can be on the screen before the act's own answer is there. */
  #isIncluded(act: Shown<Input, Refusal>): boolean {
    return act.state === "settled" && act.revision <= (this.#reached.get(act.occurrenceId) ?? -1);
  }

  #become(acts: readonly Shown<Input, Refusal>[]): void {
    // What another tab tells while this one opens can arrive in another order.
    const shown = acts.filter(act => !this.#isIncluded(act));
    this.#acts = shown.sort((one, other) => one.capturedAt - other.capturedAt);
    for (const listener of this.#listeners) listener();
  }
}
