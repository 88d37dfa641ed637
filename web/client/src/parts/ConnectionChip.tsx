import type { Connection } from "@rollbook/client";

const WORDS: Record<Connection, string> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  offline: "Offline",
};

/** Says whether changes of others arrive, and how many own changes have not been sent. */
export function ConnectionChip({ connection, waiting }: { connection: Connection; waiting: number }) {
  const wait = waiting === 1 ? "1 change waits" : `${waiting} changes wait`;
  return (
    <output className={`chip connection ${connection}`}>
      <span className="dot" aria-hidden="true" />
      {WORDS[connection]}
      {waiting > 0 && connection !== "live" ? `, ${wait}` : ""}
    </output>
  );
}
