/**
 * What a device keeps about one person's work, in IndexedDB, encrypted with a key that the browser does not hand out.
 *
 * The key lies in the same database and cannot be exported; `forget` deletes both.
 */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import { EarlyCopies } from "./earlyCopies.ts";

export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly text: ArrayBuffer;
}

export interface VaultShape extends DBSchema {
  acts: { key: number; value: Sealed & { readonly key: string }; indexes: { key: string } };
  kept: { key: string; value: Sealed };
  keys: { key: string; value: CryptoKey };
}

const AES = "AES-GCM";

export class Vault {
  #opened: Promise<IDBPDatabase<VaultShape>> | null = null;
  #key: Promise<CryptoKey> | null = null;
  #isForgotten = false;

  constructor(readonly name: string) {}

  /** The database, opened once. Rejects once the vault is forgotten: what is being kept must not make it anew. */
  async database(): Promise<IDBPDatabase<VaultShape>> {
    if (this.#isForgotten) throw new Error("What this vault kept was deleted.");
    this.#opened ??= openDB<VaultShape>(this.name, 1, {
      upgrade(database) {
        database.createObjectStore("acts", { autoIncrement: true }).createIndex("key", "key", { unique: true });
        database.createObjectStore("kept");
        database.createObjectStore("keys");
      },
      // Another tab signs out: let it delete the database.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return this.#opened;
  }

  /** Keep a value under a name, instead of the one that was kept under it. */
  async keep(name: string, value: unknown): Promise<void> {
    const sealed = await this.seal(value);
    await (await this.database()).put("kept", sealed, name);
  }

  /** Return what is kept under a name. Undefined when nothing is. */
  async find<Value>(name: string): Promise<Value | undefined> {
    const sealed = await (await this.database()).get("kept", name);
    return sealed && this.unseal<Value>(sealed);
  }

  /** Delete what is kept under all names for which `isOld` holds. */
  async discard(isOld: (name: string) => boolean): Promise<void> {
    const database = await this.database();
    const old = (await database.getAllKeys("kept")).filter(isOld);
    await Promise.all(old.map(name => database.delete("kept", name)));
  }

  /** Delete everything, with the key. The vault keeps nothing from now on. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    (await this.#opened)?.close();
    await deleteDB(this.name);
    new EarlyCopies(this.name).clear();
  }

  async seal(value: unknown): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, text: await crypto.subtle.encrypt({ name: AES, iv }, await this.#cipher(), plain) };
  }

  async unseal<Value>(sealed: Sealed): Promise<Value> {
    const plain = await crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, await this.#cipher(), sealed.text);
    return JSON.parse(new TextDecoder().decode(plain)) as Value;
  }

  #cipher(): Promise<CryptoKey> {
    this.#key ??= this.#storedKey();
    return this.#key;
  }

  async #storedKey(): Promise<CryptoKey> {
    const database = await this.database();
    const made = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
    // Two tabs may make a key at once; the first one that is stored is used by both.
    const store = database.transaction("keys", "readwrite").store;
    const found = await store.get("own");
    if (found !== undefined) return found;
    await store.put(made, "own");
    return made;
  }
}
