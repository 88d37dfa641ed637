/** Moves between the pages of one entry without loading anything, unless the server has newer pages. */
import { useSyncExternalStore } from "react";
import { isUpdated } from "./release";

const listeners = new Set<() => void>();
addEventListener("popstate", () => tell());

function tell(): void {
  for (const listener of listeners) listener();
}

export function go(path: string, how: "push" | "replace" = "push"): void {
  if (how === "push" && isUpdated()) {
    location.assign(path);
    return;
  }
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  if (how === "push") scrollTo(0, 0);
  tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a part of an address means. A part that means nothing stays as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}
