import { useEffect, useState } from "react";
import { actorName } from "../../parts/people";
import { statusWord } from "../../parts/statuses";
import { dateTime } from "../../parts/times";
import { ask } from "../services";
import { HISTORY, type MarkChange } from "./operations";

const WHERE = { OFFICE: "office", STAFF: "staff", KIOSK: "kiosk", GUARDIAN: "family", SYSTEM: "system" } as const;

/** Every change of one mark, newest first. */
export function History({ entryId, zone }: { entryId: string; zone: string }) {
  const [changes, setChanges] = useState<readonly MarkChange[] | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    let isGone = false;
    ask(HISTORY, { id: entryId }).then(
      ({ node }) => !isGone && setChanges(node !== null && "history" in node ? node.history : []),
      () => !isGone && setLost(true),
    );
    return () => {
      isGone = true;
    };
  }, [entryId]);
  if (isLost) return <p className="muted">The history can be read when the server can be reached.</p>;
  if (changes === null) return <p className="muted">Reading the history …</p>;
  if (changes.length === 0) return <p className="muted">Nobody has marked this student yet.</p>;
  return (
    <ol className="history" aria-label="History of the mark">
      {changes.map(one => (
        <li key={one.revision}>
          <span className="muted">{dateTime(one.changedAt, zone)}</span>
          <span>
            {statusWord(one.before?.status ?? null)} → <strong>{statusWord(one.after?.status ?? null)}</strong>
          </span>
          <span className="muted">
            {one.after?.isDefaulted ? "by default" : actorName(one.changedBy)}, {WHERE[one.source]}
          </span>
        </li>
      ))}
    </ol>
  );
}
