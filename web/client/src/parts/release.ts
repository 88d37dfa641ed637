/** Whether the server serves other pages than those that are open, as after a new release. */
import { type Ask, AskFault } from "@rollbook/client";

const LOOK_EVERY = 10 * 60_000;
const SHORTEST_PAUSE = 5_000;

const listeners = new Set<() => void>();
let home = "/";
let lookedAt = Number.NEGATIVE_INFINITY;
let isThere = false;

export function isUpdated(): boolean {
  return isThere;
}

export function subscribeToUpdates(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Look now and then, because pages of a kiosk or a desk stay open for days. `page` is the entry's own address. */
export function watchForUpdates(page: string): void {
  home = page;
  setInterval(lookForUpdate, LOOK_EVERY);
}

/** Look now, because the server did not know a document or a file of this page. */
export function lookForUpdate(): void {
  if (isThere || performance.now() - lookedAt < SHORTEST_PAUSE) return;
  lookedAt = performance.now();
  look().catch(() => undefined);
}

/** Ask as given. A server that does not know the document may have been updated. */
export function noticing(ask: Ask): Ask {
  return (document, variables) =>
    ask(document, variables).catch((fault: unknown) => {
      if (fault instanceof AskFault && fault.kind === "outdated") lookForUpdate();
      throw fault;
    });
}

async function look(): Promise<void> {
  const own = document.querySelector<HTMLScriptElement>("script[type=module][src]");
  if (own === null) return;
  const answer = await fetch(home, { cache: "no-cache" });
  if (!answer.ok || !isOfAnotherBuild(await answer.text(), new URL(own.src).pathname)) return;
  isThere = true;
  for (const listener of listeners) listener();
}

/** Whether a page begins with another script than the one of this address. A page without any was not built. */
export function isOfAnotherBuild(page: string, script: string): boolean {
  return /<script [^>]*src="/.test(page) && !page.includes(`src="${script}"`);
}
