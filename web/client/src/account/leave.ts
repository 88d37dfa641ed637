/** Leaves the pages after somebody has signed out: nothing of theirs stays in this browser. */

const SECONDS = 3;

/**
 * Call it when the session has ended and what the page keeps under names of its own is deleted.
 *
 * to -- the page for signing in, which is loaded anew, because this page still holds what the person saw
 */
export async function leave(to: string): Promise<void> {
  // Nobody begins to sign in at a page that is about to be loaded anew.
  document.body.inert = true;
  sessionStorage.clear();
  if (await isEmptied()) {
    // The answer has the browser delete everything that it keeps of the pages (Clear-Site-Data).
    const request = { method: "POST", signal: AbortSignal.timeout(SECONDS * 1000) };
    await fetch("/signed-out", request).catch(() => undefined);
  }
  location.assign(to);
}

/** Whether nothing is left that belongs to somebody else: another person's marks that wait, or another sign-in. */
async function isEmptied(): Promise<boolean> {
  const databases = await indexedDB.databases().catch(() => null);
  return databases?.length === 0 && localStorage.length === 0;
}
