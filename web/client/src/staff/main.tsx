import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "../parts/look.css";
import "./staff.css";

// The development server of Vite has no worker: its files change under their names.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/worker.js").catch(() => undefined);
  void navigator.storage?.persist?.();
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
