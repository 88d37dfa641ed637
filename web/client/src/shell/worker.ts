/**
 * The service worker: it keeps the page and its files, so that the pages open without network.
 *
 * A page is asked for at the server first and taken from the cache when there is no answer. Files have the hash of their
 * content in their name, so the kept one is always right. What the API answers is never kept here.
 */
export {};

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Scope {
  skipWaiting(): Promise<void>;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(kind: "install" | "activate", then: (event: WorkerEvent) => void): void;
  addEventListener(kind: "fetch", then: (event: FetchEvent) => void): void;
}

const scope = self as unknown as Scope;
// Each entry registers this script for its own addresses, and gets a worker and a cache of its own.
const PAGE = new URL(scope.registration.scope).pathname;
const NAME = `rollbook-pages ${PAGE}`;
const SECONDS = 4;

scope.addEventListener("install", event => {
  event.waitUntil(
    fetch(PAGE, { cache: "no-cache" })
      .then(keepPage)
      .then(() => scope.skipWaiting()),
  );
});
scope.addEventListener("activate", event => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", event => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && isPage(url.pathname)) event.respondWith(page(request));
});

/** The explorer and the other routes of the API are none of these pages, and links of e-mails need the server anyway. */
function isPage(path: string): boolean {
  if (PAGE === "/kiosk") return path === PAGE;
  if (PAGE === "/family") return /^\/family(\/(children|tokens)\/.*)?$/.test(path);
  return path === "/" || path.startsWith("/days/") || path.startsWith("/sheets/");
}

async function page(request: Request): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(PAGE);
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(SECONDS * 1000) } : {});
    if (answer.ok) void keepPage(answer.clone()).catch(() => undefined);
    return answer.status >= 500 && kept ? kept : answer;
  } catch (fault) {
    if (kept) return kept;
    throw fault;
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

/** Keep a page with all files that it names, and drop the files of earlier builds. */
async function keepPage(answer: Response): Promise<void> {
  if (!answer.ok) throw new Error(`The page was answered with ${answer.status}.`);
  const text = await answer.clone().text();
  const names = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(found => found[1] ?? "");
  const cache = await caches.open(NAME);
  const known = new Set((await cache.keys()).map(one => new URL(one.url).pathname));
  await cache.addAll(names.filter(name => !known.has(name)));
  await cache.put(PAGE, answer);
  for (const old of known) if (old !== PAGE && !names.includes(old)) await cache.delete(old);
}
