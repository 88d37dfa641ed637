/** One WebSocket for all streams of the page: it reconnects, renews its token, and says how it is connected. */

import type { TypedDocumentNode } from "@urql/core";
import { type Client, createClient } from "graphql-ws";
import { isOutdated, OUTDATED } from "./ask.ts";
import { textOf } from "./document.ts";
import type { SessionKeeper } from "./session.ts";

export type Connection = "connecting" | "live" | "reconnecting" | "offline";

/** A stream ended because the server said so, for example after a right was taken away. */
export interface StreamEnd {
  readonly code: string;
  readonly message: string;
}

interface StreamError {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryAfter?: number };
}

const PING_EVERY = 10_000;
const PONG_WITHIN = 5_000;
const OFFLINE_AFTER = 4_000;
const LONGEST_PAUSE = 10_000;
const ENDS = new Set(["FORBIDDEN", "UNAUTHENTICATED", "NOT_FOUND", "BAD_USER_INPUT"]);

export class LiveSocket {
  readonly #client: Client;
  #connection: Connection = "connecting";
  #socket: WebSocket | null = null;
  #pongDue: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #wake: () => void = () => undefined;
  readonly #listeners = new Set<() => void>();

  /** outdated -- called when the server does not know the document of a stream, as after a new release */
  constructor(
    url: string,
    private readonly session: SessionKeeper,
    private readonly outdated: () => void = () => undefined,
  ) {
    this.#client = createClient({
      url,
      lazy: true,
      lazyCloseTimeout: 3_000,
      keepAlive: PING_EVERY,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => this.session.current() !== null,
      retryWait: attempt => this.#pause(attempt),
      connectionParams: async () => ({ authorization: `Bearer ${(await this.session.accessToken()) ?? ""}` }),
      on: {
        opened: socket => {
          this.#socket = socket as WebSocket;
        },
        connected: () => {
          this.#become("live");
          this.#renewInTime();
        },
        ping: received => {
          if (!received) this.#pongDue = setTimeout(() => this.#socket?.close(4408, "No pong"), PONG_WITHIN);
        },
        pong: () => clearTimeout(this.#pongDue),
        closed: event => this.#closed(event as CloseEvent),
      },
    });
    // Only browsers tell of these.
    globalThis.addEventListener?.("offline", () => this.#networkLost());
    globalThis.addEventListener?.("online", () => this.#networkFound());
    globalThis.document?.addEventListener("visibilitychange", () => this.#wake());
  }

  readonly connection = (): Connection => this.#connection;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Follow a stream until the returned function is called.
   *
   * variables -- asked for at each connection, so that a stream goes on after the last change that arrived
   */
  follow<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: () => Variables,
    next: (data: Data) => void,
    ended: (end: StreamEnd) => void,
  ): () => void {
    let isOver = false;
    let stop: () => void = () => undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const finish = (errors: readonly StreamError[]) => {
      if (isOver) return;
      const code = errors[0]?.extensions?.code ?? "";
      if (isOutdated(code)) {
        this.outdated();
        ended({ code, message: OUTDATED });
      } else if (ENDS.has(code)) ended({ code, message: errors[0]?.message ?? "" });
      else again = setTimeout(begin, (errors[0]?.extensions?.retryAfter ?? 1) * 1000);
    };
    const begin = () => {
      const payload = {
        query: textOf(document),
        get variables() {
          return variables() as Record<string, unknown>;
        },
      };
      stop = this.#client.subscribe<Data>(payload, {
        next: result => {
          if (isOver) return;
          if (result.errors) finish(result.errors as readonly StreamError[]);
          else if (result.data) next(result.data);
        },
        error: fault => finish(Array.isArray(fault) ? (fault as StreamError[]) : []),
        complete: () => finish([]),
      });
    };
    begin();
    return () => {
      isOver = true;
      clearTimeout(again);
      stop();
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#renewal);
    await this.#client.dispose();
  }

  #renewInTime(): void {
    clearTimeout(this.#renewal);
    const session = this.session.current();
    if (session === null) return;
    const soon = Math.max(5_000, session.expiresAt - Date.now() - 45_000);
    this.#renewal = setTimeout(async () => {
      const token = await this.session.accessToken().catch(() => null);
      if (token === null || this.#socket?.readyState !== WebSocket.OPEN) return;
      this.#socket.send(JSON.stringify({ type: "ping", payload: { authorization: `Bearer ${token}` } }));
      this.#renewInTime();
    }, soon);
  }

  #closed(event: CloseEvent): void {
    clearTimeout(this.#pongDue);
    clearTimeout(this.#renewal);
    this.#socket = null;
    if (event.wasClean && event.code === 1000) return;
    // The session may have ended: a renewal tells.
    const session = this.session.current();
    if (event.code === 4401 && session) void this.session.renewed(session.accessToken).catch(() => undefined);
    if (hasNoNetwork()) this.#networkLost();
    else if (this.#connection !== "offline") this.#become("reconnecting");
    this.#lost ??= setTimeout(() => this.#networkLost(), OFFLINE_AFTER);
  }

  /** The socket may have outlived a short loss. If it has not, a missing pong tells. */
  #networkFound(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#become("live");
    this.#wake();
  }

  #networkLost(): void {
    if (this.#connection !== "connecting" || hasNoNetwork()) this.#become("offline");
  }

  #pause(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE, 500 * 2 ** attempt);
    return new Promise(resolve => {
      const timer = setTimeout(resolve, attempt === 0 ? Math.random() * 300 : longest * (0.5 + Math.random() / 2));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(connection: Connection): void {
    if (connection === "live" || connection === "offline") {
      clearTimeout(this.#lost);
      this.#lost = undefined;
    }
    if (connection === this.#connection) return;
    this.#connection = connection;
    for (const listener of this.#listeners) listener();
  }
}

function hasNoNetwork(): boolean {
  return globalThis.navigator?.onLine === false;
}
