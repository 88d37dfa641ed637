import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "../parts/look.css";
import "./staff.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
