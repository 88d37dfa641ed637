import type { Seen } from "@rollbook/client";
import { type Draft, isEmpty } from "./draft";
import type { SheetRow, Status } from "./operations";
import type { Recording } from "./useRecording";

interface Props {
  readonly rows: readonly Seen<SheetRow, Status>[];
  readonly draft: Draft;
  readonly recording: Recording;
  readonly checkInMode: boolean;
}

/** Marks everybody else at once, and submits what was chosen. It stays where the thumb is. */
export function ActionBar({ rows, draft, recording, checkInMode }: Props) {
  const open = rows.filter(row => row.status === null || (row.entry.mark?.isDefaulted && !row.isWaiting)).length;
  const marked = rows.length - rows.filter(row => row.status === null).length;
  const isDrafting = !isEmpty(draft);
  const chosen = draft.rest === null ? draft.marks.length : rows.filter(row => row.isWaiting).length;
  if (open === 0 && !isDrafting) return null;
  return (
    <div className="actions">
      {open > 0 && (
        <button type="button" className="button" onClick={() => recording.markRest("PRESENT")}>
          {marked === 0 || open === rows.length ? "Mark all present" : `Mark the other ${open} present`}
        </button>
      )}
      {!checkInMode && (
        <>
          {isDrafting && (
            <button type="button" className="button quiet" onClick={recording.discard}>
              Discard
            </button>
          )}
          {isDrafting && (
            <button type="button" className="button main" onClick={recording.submit}>
              Submit {chosen} {chosen === 1 ? "mark" : "marks"}
            </button>
          )}
        </>
      )}
    </div>
  );
}
