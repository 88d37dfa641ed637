import { useEffect, useState } from "react";
import { clockTime } from "../../parts/times";
import { useLater } from "../../parts/useLater";
import { NoSuchPage } from "../NoSuchPage";
import type { Desk } from "../operations";
import { may } from "../permissions";
import type { Locker } from "../services";
import { ActionBar } from "./ActionBar";
import { Conflicts } from "./Conflicts";
import { readDraft, writeDraft } from "./draft";
import type { SheetHead, Status } from "./operations";
import { Row } from "./Row";
import { SheetHeader } from "./SheetHeader";
import { useRecording } from "./useRecording";
import { useSheet } from "./useSheet";

const loadCancelling = () => import("../cancelling/Cancelling").then(found => found.Cancelling);

/** A roll sheet, on which everybody who has it open sees every mark at once. */
export function Sheet({ desk, locker, id }: { desk: Desk; locker: Locker; id: string }) {
  const { outbox } = locker;
  const [draft, setDraft] = useState(() => readDraft(id));
  const [openRow, setOpenRow] = useState<string | null>(null);
  const view = useSheet(id, locker, draft);
  const recording = useRecording({ id, desk, outbox, state: view.state, draft, setDraft });
  useEffect(() => writeDraft(id, draft), [id, draft]);
  const { state } = view;
  const name = state?.occurrence.offering.name;
  useEffect(() => {
    document.title = name === undefined ? "Roll sheet · Rollbook" : `${name} · Rollbook`;
  }, [name]);

  if (state === null && view.isUnknown) return <NoSuchPage />;
  if (state === null) {
    return (
      <main className="page" aria-busy={view.fault === null}>
        <p className={view.fault === null ? "muted" : "fault"} role={view.fault === null ? undefined : "alert"}>
          {view.fault ?? "Opening the roll sheet …"}
        </p>
      </main>
    );
  }
  const { occurrence } = state;
  const mayMark = desk.mayRecord && occurrence.canRecordAttendance && view.fault === null;
  const mark = (studentId: string, status: Status | null) => {
    recording.mark(studentId, status);
    setOpenRow(null);
  };
  return (
    <main className="page sheet">
      <SheetHeader occurrence={occurrence} rows={view.rows} />
      {may(desk, "CANCEL_OCCURRENCES") && view.keptAt === null && <SheetActions occurrence={occurrence} />}
      {view.fault !== null && (
        <p className="fault" role="alert">
          {view.fault}
        </p>
      )}
      {view.keptAt !== null && (
        <p className="banner">
          As it was at {clockTime(new Date(view.keptAt).toISOString(), occurrence.location.timeZone)}. You can mark
          students; changes of others appear when the server can be reached.
        </p>
      )}
      {!desk.mayRecord && <p className="banner">You can see this roll sheet. You may not record attendance.</p>}
      {occurrence.notRecordable && (
        <p className="banner">
          {occurrence.notRecordable.message} {occurrence.cancellation?.comment}
        </p>
      )}
      <Conflicts parked={view.parked} rows={view.rows} zone={occurrence.location.timeZone} recording={recording} />
      <p className="unseen" aria-live="polite">
        {view.news}
      </p>
      <ul className="rows" aria-label="Students">
        {view.rows.map(row => (
          <Row
            key={row.entry.id}
            row={row}
            touch={view.touches.get(row.entry.id) ?? null}
            zone={occurrence.location.timeZone}
            mayMark={mayMark}
            isOpen={openRow === row.entry.id}
            toggle={() => setOpenRow(openRow === row.entry.id ? null : row.entry.id)}
            mark={mark}
          />
        ))}
      </ul>
      {view.rows.length === 0 && <p className="empty">No students are on this roll sheet.</p>}
      {mayMark && view.rows.length > 0 && (
        <ActionBar rows={view.rows} draft={draft} recording={recording} checkInMode={desk.checkInMode} />
      )}
    </main>
  );
}

function SheetActions({ occurrence }: { occurrence: SheetHead }) {
  const Cancelling = useLater(loadCancelling);
  return <div className="sheetActions">{Cancelling && <Cancelling occurrence={occurrence} />}</div>;
}
