import "fake-indexeddb/auto";
import { type Kept, Vault, VaultPlace } from "@rollbook/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

type Act = Kept<string, never>;

/** The storage of a browser as far as the vault uses it. */
function storage(): Storage {
  const kept = {};
  const methods = {
    setItem: (name: string, text: string) => Object.assign(kept, { [name]: text }),
    getItem: (name: string) => Reflect.get(kept, name) ?? null,
    removeItem: (name: string) => Reflect.deleteProperty(kept, name),
  };
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(kept, name, { value });
  return kept as Storage;
}

const act: Act = {
  key: "one",
  occurrenceId: "monday",
  capturedAt: 1,
  seenRevision: 0,
  input: "present",
  state: "waiting",
};

beforeEach(() => vi.stubGlobal("localStorage", storage()));
afterEach(() => vi.unstubAllGlobals());

it("keeps acts encrypted, and in their order", async () => {
  const place = new VaultPlace<string, never>(new Vault("order"));
  for (const key of ["b", "c", "a"]) await place.add({ ...act, key });
  expect((await place.all()).map(one => one.key)).toEqual(["b", "c", "a"]);
  expect(Object.keys(localStorage)).toEqual([]);
});

it("has an act from the moment of the tap, also when the page ends before the act is encrypted", async () => {
  class EndedPage extends Vault {
    override seal(): Promise<never> {
      return new Promise(() => undefined);
    }
  }
  void new VaultPlace<string, never>(new EndedPage("tapped")).add(act);
  const later = new VaultPlace<string, never>(new Vault("tapped"));
  expect(await later.all()).toEqual([act]);
  expect(Object.keys(localStorage)).toEqual([]);
  expect(await later.all()).toEqual([act]);
});

it("keeps an act once, when two tabs find its early copy", async () => {
  const [one, other] = [new Vault("twice"), new Vault("twice")].map(vault => new VaultPlace<string, never>(vault));
  await Promise.all([one?.add(act), other?.all(), one?.all()]);
  expect(await other?.all()).toEqual([act]);
});

it("forgets early copies with everything else", async () => {
  localStorage.setItem("left one", JSON.stringify(act));
  localStorage.setItem("left-handed one", "of somebody else");
  await new Vault("left").forget();
  expect(Object.keys(localStorage)).toEqual(["left-handed one"]);
});

it("keeps nothing more once it is forgotten, also what was on its way", async () => {
  const vault = new Vault("signed out");
  await vault.keep("day", 1);
  const place = new VaultPlace<string, never>(vault);
  const late = Promise.allSettled([vault.keep("day", 2), vault.keep("sheet", 3), place.add(act)]);
  await vault.forget();
  await Promise.allSettled([late, vault.keep("sheet", 4)]);
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain("signed out");
  await expect(vault.find("day")).rejects.toThrow();
});
