import { useState } from "react";
import type { ResultOf } from "../../graphql";
import { counted } from "../../parts/counted";
import { Dialog } from "../../parts/Dialog";
import { type Done, useAct } from "../asking/useAct";
import { RESTORE_OCCURRENCE } from "./operations";

type Restored = Done<ResultOf<typeof RESTORE_OCCURRENCE>>;

/** Lets a cancelled class take place after all, and says what became of its tokens. */
export function RestoreDialog({ occurrenceId, close }: { occurrenceId: string; close: () => void }) {
  const restore = useAct(RESTORE_OCCURRENCE);
  const [restored, setRestored] = useState<Restored | null>(null);
  if (restored !== null) {
    return (
      <Dialog title="The class takes place again" close={close}>
        <div className="form">
          <Report restored={restored} />
          <div className="formEnd">
            <button type="button" className="button main" onClick={close}>
              Back to the roll sheet
            </button>
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Restore this class?" close={close}>
      <div className="form">
        <p>
          Attendance can be taken again. Unused makeup tokens of the cancellation are revoked, and marks from before it
          count again. Nobody is told by e-mail.
        </p>
        {restore.fault !== null && (
          <p className="fault" role="alert">
            {restore.fault}
          </p>
        )}
        <div className="formEnd">
          <button type="button" className="button quiet" onClick={close}>
            Keep it cancelled
          </button>
          <button
            type="button"
            className="button main"
            disabled={restore.isBusy}
            onClick={async () => setRestored(await restore.run({ occurrenceId }))}
          >
            Restore the class
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Report({ restored }: { restored: Restored }) {
  const { revokedTokens, usedTokens, returnedTokens, makeupsGivenBack } = restored;
  const told: string[] = [];
  if (revokedTokens.length > 0) {
    const were = revokedTokens.length === 1 ? "was" : "were";
    told.push(`${counted(revokedTokens.length, "unused token")} of the cancellation ${were} revoked.`);
  }
  if (returnedTokens.length > 0) told.push(`${counted(returnedTokens.length, "token")} can be used again.`);
  if (makeupsGivenBack.length > 0) told.push(`${counted(makeupsGivenBack.length, "makeup")} booked meanwhile ended.`);
  if (told.length === 0 && usedTokens.length === 0) told.push("No makeup tokens were affected.");
  return (
    <>
      {told.map(one => (
        <p key={one}>{one}</p>
      ))}
      {usedTokens.length > 0 && (
        <>
          <p>{counted(usedTokens.length, "token")} of the cancellation had been used already:</p>
          <ul className="plainList">
            {usedTokens.map(one => (
              <li key={one.id}>
                {one.student.firstName} {one.student.lastName}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
