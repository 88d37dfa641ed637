import { useCallback, useState } from "react";
import { longDate, todayIn } from "../../parts/times";
import type { SheetHead } from "../sheet/operations";
import { TaskStrip } from "../tasks/TaskStrip";
import { CancelDialog } from "./CancelDialog";
import { RestoreDialog } from "./RestoreDialog";

/** Cancels the class of a roll sheet, shows how far it has come, and restores it. */
export function Cancelling({ occurrence }: { occurrence: SheetHead }) {
  const [dialog, setDialog] = useState<"cancel" | "restore" | null>(null);
  const [taskId, setTaskId] = useState<string | null>(null);
  const close = useCallback(() => setDialog(null), []);
  const isCancelled = occurrence.state === "CANCELLED";
  const started = (id: string) => {
    setTaskId(id);
    setDialog(null);
  };
  return (
    <>
      {isCancelled && (
        <button type="button" className="button" onClick={() => setDialog("restore")}>
          Restore this class
        </button>
      )}
      {occurrence.state === "SCHEDULED" && taskId === null && (
        <button type="button" className="button quiet flush" onClick={() => setDialog("cancel")}>
          Cancel for this day
        </button>
      )}
      {taskId !== null && <TaskStrip id={taskId} close={() => setTaskId(null)} />}
      {dialog === "cancel" && (
        <CancelDialog
          occurrenceId={occurrence.id}
          title={`Cancel ${occurrence.offering.name} on ${longDate(occurrence.date)}`}
          today={todayIn(occurrence.location.timeZone)}
          close={close}
          started={started}
        />
      )}
      {dialog === "restore" && <RestoreDialog occurrenceId={occurrence.id} close={close} />}
    </>
  );
}
