/** Keeps the outbox in a vault, and tells the other tabs of the browser what has changed in it. */
import { EarlyCopies } from "./earlyCopies.ts";
import type { Kept, Outbox, OutboxPlace, Told } from "./outbox.ts";
import { lockNamed } from "./session.ts";
import type { Vault } from "./vault.ts";

export class VaultPlace<Input, Refusal> implements OutboxPlace<Input, Refusal> {
  readonly #early: EarlyCopies<Kept<Input, Refusal>>;

  constructor(private readonly vault: Vault) {
    this.#early = new EarlyCopies(vault.name);
  }

  async all(): Promise<readonly Kept<Input, Refusal>[]> {
    // A page has ended before these were encrypted.
    for (const act of this.#early.all()) await this.#store(act).catch(() => undefined);
    const sealed = await (await this.vault.database()).getAll("acts");
    return Promise.all(sealed.map(one => this.vault.unseal<Kept<Input, Refusal>>(one)));
  }

  async add(act: Kept<Input, Refusal>): Promise<void> {
    this.#early.write(act.key, act);
    await this.#store(act);
  }

  async #store(act: Kept<Input, Refusal>): Promise<void> {
    try {
      const sealed = { key: act.key, ...(await this.vault.seal(act)) };
      const store = (await this.vault.database()).transaction("acts", "readwrite").store;
      // Another tab may have stored it from the early copy.
      if ((await store.index("key").getKey(act.key)) === undefined) await store.add(sealed);
    } finally {
      this.#early.remove(act.key);
    }
  }

  async replace(act: Kept<Input, Refusal>): Promise<void> {
    const sealed = { key: act.key, ...(await this.vault.seal(act)) };
    const store = (await this.vault.database()).transaction("acts", "readwrite").store;
    const number = await store.index("key").getKey(act.key);
    if (number !== undefined) await store.put(sealed, number);
  }

  async remove(key: string): Promise<void> {
    const store = (await this.vault.database()).transaction("acts", "readwrite").store;
    const number = await store.index("key").getKey(key);
    if (number !== undefined) await store.delete(number);
  }
}

/** The tabs of this browser that share an outbox of this name. */
export function channelOf<Input, Refusal>(name: string) {
  const channel = new BroadcastChannel(name);
  return {
    tell: (told: Told<Input, Refusal>) => channel.postMessage(told),
    hear: (heard: (told: Told<Input, Refusal>) => void) => {
      channel.onmessage = event => heard(event.data as Told<Input, Refusal>);
    },
  };
}

/** Open the outbox of this name for as long as the page lives. One tab at a time sends what waits in it. */
export function openAmongTabs<Input, Refusal>(outbox: Outbox<Input, Refusal>, name: string): void {
  void outbox.open();
  // The lock is held until the page ends; then another tab gets it.
  void lockNamed(`${name}.outbox`)(() => outbox.lead().then(() => new Promise<never>(() => undefined)));
  addEventListener("online", () => outbox.flush());
}
