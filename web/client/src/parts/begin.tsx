import { type ComponentType, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keepFocus } from "./keptFocus";
import { watchForUpdates } from "./release";
import { Updated } from "./Updated";

/**
 * Draw an entry's pages.
 *
 * home -- the address at and below which they are; a service worker keeps them for a loss of network
 */
export function begin(App: ComponentType, home: string): void {
  // The development server of Vite has no worker: its files change under their names.
  if (import.meta.env.PROD && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/worker.js", { scope: home }).catch(() => undefined);
    void navigator.storage?.persist?.();
  }
  watchForUpdates(home);
  keepFocus();
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App />
        <Updated />
      </StrictMode>,
    );
  }
}
