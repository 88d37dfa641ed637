/**
 * Copies that outlive the page from the moment of the tap: encrypting and storing takes a browser some milliseconds, and
 * a page can end in between. They are plain text, so they are removed as soon as the encrypted copy is there.
 */
export class EarlyCopies<Value> {
  constructor(
    private readonly name: string,
    private readonly storage: Storage = localStorage,
  ) {}

  write(key: string, value: Value): void {
    try {
      this.storage.setItem(`${this.name} ${key}`, JSON.stringify(value));
    } catch {
      // A full storage: the page has the value, as long as it lasts.
    }
  }

  remove(key: string): void {
    this.storage.removeItem(`${this.name} ${key}`);
  }

  all(): readonly Value[] {
    return this.#names().map(name => JSON.parse(this.storage.getItem(name) ?? "null") as Value);
  }

  clear(): void {
    for (const name of this.#names()) this.storage.removeItem(name);
  }

  #names(): readonly string[] {
    return Object.keys(this.storage).filter(name => name.startsWith(`${this.name} `));
  }
}
