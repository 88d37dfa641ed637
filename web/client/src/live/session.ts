/** A sign-in that lasts: it keeps the tokens, renews the access token in time, and ends when the server says so. */

export interface Session {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
}

/** Where the session is kept. All tabs of a browser share it. */
export interface SessionPlace {
  read(): Session | null;
  write(session: Session | null): void;
  /** Call `heard` whenever another tab has written. */
  watch(heard: () => void): void;
}

/** The server's answer to a refresh token: the next session, or null when the session has ended. Throws when offline. */
export type Renew = (refreshToken: string) => Promise<Session | null>;

/** Runs one piece of work at a time over all tabs. A refresh token that is used twice counts as stolen. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

const RENEW_BEFORE = 60_000;

export class SessionKeeper {
  #session: Session | null;
  #renewing: Promise<string | null> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly place: SessionPlace,
    private readonly renew: Renew,
    private readonly exclusively: Exclusively,
    private readonly now: () => number = Date.now,
  ) {
    this.#session = place.read();
    place.watch(() => this.#become(place.read()));
  }

  readonly current = (): Session | null => this.#session;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin(session: Session): void {
    this.place.write(session);
    this.#become(session);
  }

  end(): void {
    this.place.write(null);
    this.#become(null);
  }

  /** Return a token that is valid for a while, or null when nobody is signed in. Throws when it cannot be renewed now. */
  async accessToken(): Promise<string | null> {
    const session = this.#session;
    if (session === null) return null;
    if (session.expiresAt - this.now() > RENEW_BEFORE) return session.accessToken;
    return this.renewed(session.accessToken);
  }

  /** Replace an access token that has expired or was refused. Calls at the same time share one renewal. */
  renewed(refused: string): Promise<string | null> {
    this.#renewing ??= this.exclusively(() => this.#replace(refused)).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #replace(refused: string): Promise<string | null> {
    // Another tab may have renewed while this one waited for its turn.
    const found = this.place.read();
    if (found === null || found.accessToken !== refused) {
      this.#become(found);
      return found?.accessToken ?? null;
    }
    const next = await this.renew(found.refreshToken);
    if (next === null) {
      this.end();
      return null;
    }
    this.begin(next);
    return next.accessToken;
  }

  #become(session: Session | null): void {
    this.#session = session;
    for (const listener of this.#listeners) listener();
  }
}

/** Keep the session in `localStorage`, so that it survives a reload and all tabs know of it. */
export function localPlace(key: string): SessionPlace {
  return {
    read() {
      try {
        const text = localStorage.getItem(key);
        return text === null ? null : (JSON.parse(text) as Session);
      } catch {
        return null;
      }
    },
    write(session) {
      try {
        if (session === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(session));
      } catch {
        // Without storage, for example when it is full, the session lasts as long as the page.
      }
    },
    watch(heard) {
      addEventListener("storage", event => {
        if (event.key === key) heard();
      });
    },
  };
}

/** Take turns by a lock of the browser. Where there are no locks, this tab's turns are the only ones. */
export function lockNamed(name: string): Exclusively {
  return async work => ("locks" in navigator ? await navigator.locks.request(name, work) : await work());
}
