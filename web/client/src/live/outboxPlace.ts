/**
 * Keeps the outbox in IndexedDB, encrypted with a key that the browser does not hand out.
 *
 * The key lies in the same database and cannot be exported; `forget` deletes both.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Kept, OutboxPlace, Told } from "./outbox";

interface Sealed {
  readonly key: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly text: ArrayBuffer;
}

interface Shape extends DBSchema {
  acts: { key: number; value: Sealed; indexes: { key: string } };
  keys: { key: string; value: CryptoKey };
}

const AES = "AES-GCM";

export class IndexedPlace<Input, Refusal> implements OutboxPlace<Input, Refusal> {
  #opened: Promise<IDBPDatabase<Shape>> | null = null;
  #key: Promise<CryptoKey> | null = null;

  constructor(private readonly name: string) {}

  async all(): Promise<readonly Kept<Input, Refusal>[]> {
    const database = await this.#database();
    const sealed = await database.getAll("acts");
    return Promise.all(sealed.map(one => this.#unseal(one)));
  }

  async add(act: Kept<Input, Refusal>): Promise<void> {
    const sealed = await this.#seal(act);
    await (await this.#database()).add("acts", sealed);
  }

  async replace(act: Kept<Input, Refusal>): Promise<void> {
    const sealed = await this.#seal(act);
    const store = (await this.#database()).transaction("acts", "readwrite").store;
    const number = await store.index("key").getKey(act.key);
    if (number !== undefined) await store.put(sealed, number);
  }

  async remove(key: string): Promise<void> {
    const store = (await this.#database()).transaction("acts", "readwrite").store;
    const number = await store.index("key").getKey(key);
    if (number !== undefined) await store.delete(number);
  }

  /** Delete everything, with the key. */
  async forget(): Promise<void> {
    const opened = this.#opened;
    this.#opened = this.#key = null;
    (await opened)?.close();
    await deleteDB(this.name);
  }

  #database(): Promise<IDBPDatabase<Shape>> {
    this.#opened ??= openDB<Shape>(this.name, 1, {
      upgrade(database) {
        database.createObjectStore("acts", { autoIncrement: true }).createIndex("key", "key", { unique: true });
        database.createObjectStore("keys");
      },
      // Another tab signs out: let it delete the database.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return this.#opened;
  }

  #cipher(): Promise<CryptoKey> {
    this.#key ??= this.#storedKey();
    return this.#key;
  }

  async #storedKey(): Promise<CryptoKey> {
    const database = await this.#database();
    const made = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
    // Two tabs may make a key at once; the first one that is stored is used by both.
    const store = database.transaction("keys", "readwrite").store;
    const found = await store.get("acts");
    if (found !== undefined) return found;
    await store.put(made, "acts");
    return made;
  }

  async #seal(act: Kept<Input, Refusal>): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(act));
    return { key: act.key, iv, text: await crypto.subtle.encrypt({ name: AES, iv }, await this.#cipher(), plain) };
  }

  async #unseal(sealed: Sealed): Promise<Kept<Input, Refusal>> {
    const plain = await crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, await this.#cipher(), sealed.text);
    return JSON.parse(new TextDecoder().decode(plain)) as Kept<Input, Refusal>;
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
    close: () => channel.close(),
  };
}
