import {
  type Act,
  applyChange,
  type Kept,
  Outbox,
  type OutboxPlace,
  type Outcome,
  overlay,
  type Row,
  type SheetState,
  type Tabs,
  type Told,
} from "@rollbook/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Head, type Input, type Refusal, SheetServer, STUDENTS, type Status } from "./server";

/** Storage of a browser, which outlives its tabs. It can be full. */
class Place implements OutboxPlace<Input, Refusal> {
  kept: Kept<Input, Refusal>[] = [];
  isFull = false;
  all = async () => [...this.kept];
  add = async (act: Kept<Input, Refusal>) => {
    if (this.isFull) throw new Error("QuotaExceededError");
    this.kept.push(act);
  };
  replace = async (act: Kept<Input, Refusal>) => {
    this.kept = this.kept.map(one => (one.key === act.key ? act : one));
  };
  remove = async (key: string) => {
    this.kept = this.kept.filter(one => one.key !== key);
  };
}

/** Browser, network and server of one person, who has up to two tabs open. */
class Bench {
  readonly server = new SheetServer();
  readonly place = new Place();
  readonly received: string[] = [];
  isOnline = true;
  /** The server saves what comes next, and its answer is lost. With `half`, it saves half of it. */
  loses: "answer" | "half" | null = null;
  /** The server cannot do one of the next acts at the moment. */
  postpones = false;
  /** How many acts go in one request. */
  most = Number.POSITIVE_INFINITY;
  /** The device's clock. */
  time = 0;
  #waits: Array<() => void> = [];
  readonly #heard = new Set<(told: Told<Input, Refusal>) => void>();
  get timers(): number {
    return this.#waits.length;
  }
  #keys = 0;
  requests = 0;

  tab(): Outbox<Input, Refusal> {
    let own: ((told: Told<Input, Refusal>) => void) | null = null;
    const tabs: Tabs<Input, Refusal> = {
      tell: told => {
        for (const heard of this.#heard) if (heard !== own) heard(told);
      },
      hear: heard => {
        own = heard;
        this.#heard.add(heard);
      },
    };
    return new Outbox(
      this.place,
      tabs,
      acts => this.#send(acts),
      (_seconds, then) => this.#waits.push(then),
    );
  }

  act(input: Input, seenRevision = this.server.revision): Act<Input> {
    this.#keys += 1;
    this.time += 1;
    return { key: `act ${this.#keys}`, occurrenceId: "o", capturedAt: this.time, seenRevision, input };
  }

  /** Let time pass until nothing more happens. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) {
      const waits = this.#waits;
      if (this.isOnline) {
        this.#waits = [];
        for (const then of waits) then();
      }
      await new Promise(resolve => setImmediate(resolve));
      if (this.#waits.length === 0 && turn > 4) return;
    }
  }

  async #send(acts: readonly Act<Input>[]): Promise<ReadonlyMap<string, Outcome<Refusal>>> {
    if (!this.isOnline) return new Map(acts.map(act => [act.key, { kind: "later", seconds: null }]));
    const portion = acts.slice(0, this.most);
    const { loses } = this;
    const arriving = loses === "half" ? portion.slice(0, portion.length / 2) : portion;
    const postponed = this.postpones ? (arriving[Math.floor(arriving.length / 2)]?.key ?? null) : null;
    this.loses = null;
    this.postpones = false;
    this.requests += 1;
    const answers = this.server.receiveQueued(arriving, "me", postponed);
    for (const [key, answer] of answers) {
      if (answer.kind !== "later" && !this.received.includes(key)) this.received.push(key);
    }
    if (loses !== null) throw new TypeError("Failed to fetch");
    return answers;
  }
}

function mark(studentId: string, status: Status | null): Input {
  return { marks: [{ studentId, status }], rest: null };
}

describe("the outbox", () => {
  it("loses nothing, doubles nothing and shows every conflict, whatever happens to network and tabs", async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant("mine" as const),
        student: fc.constantFrom(...STUDENTS),
        status: fc.constantFrom<Status | null>("PRESENT", "ABSENT", "TARDY", null),
      }),
      fc.record({ kind: fc.constant("rest" as const) }),
      fc.record({
        kind: fc.constant("theirs" as const),
        student: fc.constantFrom(...STUDENTS),
        status: fc.constantFrom<Status>("PRESENT", "ABSENT", "TARDY"),
      }),
      fc.constantFrom(
        { kind: "network" as const },
        { kind: "lose" as const },
        { kind: "break" as const },
        { kind: "postpone" as const },
        { kind: "setBack" as const },
        { kind: "pair" as const },
        { kind: "reload" as const },
        { kind: "settle" as const },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
        const bench = new Bench();
        let outbox = bench.tab();
        await outbox.lead();
        let state: SheetState<Row<Status>, Head> = applyChange<Row<Status>, Head>(null, bench.server.snapshot());
        const hearAll = () => {
          if (!bench.isOnline) return;
          for (const change of bench.server.changes) state = applyChange(state, change);
          outbox.reached("o", state.revision);
        };
        const done: string[] = [];
        for (const one of steps) {
          hearAll();
          if (one.kind === "mine" || one.kind === "rest") {
            const input = one.kind === "rest" ? { marks: [], rest: "PRESENT" as const } : mark(one.student, one.status);
            const act = bench.act(input, state.revision);
            done.push(act.key);
            await outbox.add(act);
          } else if (one.kind === "theirs") {
            const act = bench.act(mark(one.student, one.status));
            bench.server.receive(act, "somebody else");
          } else if (one.kind === "network") bench.isOnline = !bench.isOnline;
          else if (one.kind === "lose") bench.loses = "answer";
          else if (one.kind === "break") bench.loses = "half";
          else if (one.kind === "postpone") bench.postpones = true;
          else if (one.kind === "setBack") bench.time -= 10;
          else if (one.kind === "pair") bench.most = bench.most === 2 ? Number.POSITIVE_INFINITY : 2;
          else if (one.kind === "settle") await bench.settle();
          else {
            outbox = bench.tab();
            await outbox.lead();
          }
        }
        bench.isOnline = true;
        outbox.flush();
        await bench.settle();
        hearAll();
        const refused = done.filter(key => bench.server.answers.get(key)?.kind === "refused");
        expect(bench.received).toEqual(done);
        expect(outbox.acts().map(act => [act.state, act.key])).toEqual(refused.map(key => ["parked", key]));
        expect(bench.place.kept.map(act => act.key)).toEqual(refused);
        const shown = overlay<Status, Row<Status>>(state.entries, []);
        expect(Object.fromEntries(shown.map(row => [row.entry.student.id, row.status]))).toEqual(
          Object.fromEntries(STUDENTS.map(id => [id, bench.server.marks.get(id)?.status ?? null])),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("has one tab send for all, in the order in which people tapped", async () => {
    const bench = new Bench();
    const [leader, other] = [bench.tab(), bench.tab()];
    await leader.lead();
    await other.open();
    bench.isOnline = false;
    await other.add(bench.act(mark("ana", "PRESENT")));
    await leader.add(bench.act(mark("ana", "ABSENT")));
    await other.add(bench.act(mark("ana", "TARDY")));
    expect(bench.received).toEqual([]);
    bench.isOnline = true;
    await bench.settle();
    expect(bench.received).toEqual(["act 1", "act 2", "act 3"]);
    expect(bench.server.marks.get("ana")?.status).toBe("TARDY");
    expect(other.acts().map(act => act.state)).toEqual(["settled", "settled", "settled"]);
  });

  it("sends what waits in one request, and lets no roll sheet wait for the answer about another", async () => {
    const begun: string[][] = [];
    const answers: Array<(outcomes: ReadonlyMap<string, Outcome<Refusal>>) => void> = [];
    const send = (acts: readonly Act<Input>[]) => {
      begun.push(acts.map(act => act.key));
      return new Promise<ReadonlyMap<string, Outcome<Refusal>>>(resolve => answers.push(resolve));
    };
    const outbox = new Outbox<Input, Refusal>(new Place(), { tell: () => undefined, hear: () => undefined }, send);
    const bench = new Bench();
    await outbox.add(bench.act(mark("ana", "PRESENT")));
    await outbox.add(bench.act(mark("ana", "ABSENT")));
    await outbox.lead();
    await outbox.add(bench.act(mark("ana", "TARDY")));
    await outbox.add({ ...bench.act(mark("ben", "ABSENT")), occurrenceId: "another" });
    outbox.flush();
    expect(begun).toEqual([["act 1", "act 2"], ["act 4"]]);
    answers[0]?.(new Map(["act 1", "act 2"].map(key => [key, { kind: "done", revision: 1 }])));
    await new Promise(resolve => setImmediate(resolve));
    expect(begun).toEqual([["act 1", "act 2"], ["act 4"], ["act 3"]]);
  });

  it("sends two hundred acts of an hour without network in one request, and asks again by one timer", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    bench.isOnline = false;
    for (let place = 0; place < 200; place += 1) {
      await outbox.add(bench.act(mark(STUDENTS[place % 4] ?? "", place % 3 === 0 ? "ABSENT" : "PRESENT")));
    }
    await new Promise(resolve => setImmediate(resolve));
    expect(bench.timers).toBe(1);
    bench.isOnline = true;
    await bench.settle();
    expect(bench.requests).toBe(1);
    expect(bench.received).toHaveLength(200);
  });

  it("keeps what is done later later, although the device's clock is set back", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    bench.isOnline = false;
    await outbox.add(bench.act(mark("ana", "PRESENT")));
    bench.time -= 10;
    await outbox.add(bench.act(mark("ana", "ABSENT")));
    bench.isOnline = true;
    await bench.settle();
    expect(bench.server.marks.get("ana")?.status).toBe("ABSENT");
  });

  it("takes back what waits, and nothing that is being sent or has been", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    bench.isOnline = false;
    await outbox.add(bench.act(mark("ana", "PRESENT")));
    expect(await outbox.withdraw("act 1")).toBe(false);
    await new Promise(resolve => setImmediate(resolve));
    expect(await outbox.withdraw("act 1")).toBe(true);
    expect(bench.place.kept).toEqual([]);
    bench.isOnline = true;
    await outbox.add(bench.act(mark("ben", "PRESENT")));
    await bench.settle();
    expect(await outbox.withdraw("act 2")).toBe(false);
    expect(bench.received).toEqual(["act 2"]);
  });

  it("goes on in the next tab when the one that sends is closed", async () => {
    const bench = new Bench();
    const closed = bench.tab();
    await closed.lead();
    bench.isOnline = false;
    await closed.add(bench.act(mark("ana", "PRESENT")));
    const next = bench.tab();
    await next.lead();
    bench.isOnline = true;
    next.flush();
    await bench.settle();
    expect(bench.server.marks.get("ana")?.status).toBe("PRESENT");
  });

  it("sends from the page itself what a full storage does not take", async () => {
    const bench = new Bench();
    const page = bench.tab();
    // The tab that leads may be frozen by the browser.
    await page.open();
    bench.place.isFull = true;
    await page.add(bench.act(mark("ana", "PRESENT")));
    await bench.settle();
    expect(bench.server.marks.get("ana")?.status).toBe("PRESENT");
    expect(bench.received).toEqual(["act 1"]);
  });

  it("shows what is saved until the roll sheet on the screen includes it", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    await outbox.add(bench.act(mark("ana", "PRESENT")));
    await bench.settle();
    expect(outbox.acts().map(act => act.state)).toEqual(["settled"]);
    outbox.reached("o", 0);
    expect(outbox.acts()).toHaveLength(1);
    outbox.reached("o", 1);
    expect(outbox.acts()).toEqual([]);
  });

  it("shows nothing as being saved whose change was on the screen before its answer", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    const adding = outbox.add(bench.act(mark("ana", "PRESENT")));
    outbox.reached("o", 1);
    await adding;
    await bench.settle();
    expect(bench.server.marks.get("ana")?.status).toBe("PRESENT");
    expect(outbox.acts()).toEqual([]);
  });

  it("keeps a refused act through a reload until somebody has decided", async () => {
    const bench = new Bench();
    const outbox = bench.tab();
    await outbox.lead();
    bench.server.receive(bench.act(mark("ana", "ABSENT")), "somebody else");
    await outbox.add(bench.act(mark("ana", "PRESENT"), 0));
    await bench.settle();
    const reloaded = bench.tab();
    await reloaded.lead();
    expect(reloaded.acts()).toMatchObject([{ state: "parked", refusal: { conflicts: ["ana"] } }]);
    await reloaded.dismiss("act 2");
    expect(reloaded.acts()).toEqual([]);
    expect(outbox.acts()).toEqual([]);
    expect(bench.place.kept).toEqual([]);
  });
});
