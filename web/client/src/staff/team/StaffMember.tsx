import { useState } from "react";
import { Link } from "../../parts/Link";
import { dayDate, todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { useAct } from "../asking/useAct";
import { useAnswer } from "../asking/useAnswer";
import { NoSuchPage } from "../NoSuchPage";
import type { Desk } from "../operations";
import { EditPerson } from "./EditPerson";
import { EndDialog } from "./EndDialog";
import { GrantsDialog } from "./GrantsDialog";
import { mayChange, nameOf } from "./granting";
import { HeldPermissions } from "./HeldPermissions";
import { type Account, RESTORE_STAFF, STAFF_ACCOUNT } from "./operations";
import { SigningIn } from "./SigningIn";
import { useGranting } from "./useGranting";
import "./team.css";

/** One person of the staff: the name, how the person signs in, and what the person may do. */
export function StaffMember({ desk, id }: { desk: Desk; id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(STAFF_ACCOUNT, { id });
  const { granting, fault: grantingFault, reload: reloadGranting } = useGranting(desk);
  const [open, setOpen] = useState<"person" | "grants" | "end" | null>(null);
  const restore = useAct(RESTORE_STAFF);
  const account = data?.staffAccount ?? null;
  useTitle(account === null ? "Staff" : nameOf(account));
  if (isMistyped || (data !== null && account === null)) return <NoSuchPage />;
  if (account === null || granting === null) {
    const told = fault ?? grantingFault;
    return (
      <main className="page" aria-busy={told === null}>
        <p className={told === null ? "muted" : "fault"}>{told ?? "Opening the person …"}</p>
      </main>
    );
  }
  const name = nameOf(account);
  const close = () => setOpen(null);
  const done = () => {
    setOpen(null);
    reload();
    reloadGranting();
  };
  const isYours = mayChange(account, granting.held);
  const isSelf = account.staffMember.id === desk.viewer.staffMember.id;
  const zone = desk.locations[0]?.timeZone ?? "UTC";
  return (
    <main className="page">
      <Link to="/staff" className="back">
        ‹ Staff
      </Link>
      <div className="toolbar">
        <div>
          <h1>{name}</h1>
          <p className="muted">{account.email ?? "No e-mail address"}</p>
        </div>
        {isYours && (
          <button type="button" className="button" onClick={() => setOpen("person")}>
            Edit
          </button>
        )}
      </div>
      {!isYours && (
        <p className="banner">
          {name} holds permissions that you do not hold. Somebody who holds them can change the name and the address,
          and end the access.
        </p>
      )}
      {(account.endedAt !== null || account.endsOn !== null) && (
        <section className="banner ended" aria-label="Access">
          <p>{endWords(account, zone)}</p>
          {isYours && (
            <button
              type="button"
              className="button"
              disabled={restore.isBusy}
              onClick={async () => (await restore.run({ staffMemberId: id })) !== null && done()}
            >
              {account.endedAt === null ? "Do not end the access" : `Let ${account.staffMember.firstName} in again`}
            </button>
          )}
          {restore.fault !== null && <p role="alert">{restore.fault}</p>}
        </section>
      )}
      {/* The end of the access, and another address, make links void. What was said of them is not true any more. */}
      <SigningIn
        key={`${account.endedAt} ${account.email}`}
        desk={desk}
        account={account}
        zone={zone}
        changed={reload}
      />
      <HeldPermissions account={account} change={() => setOpen("grants")} />
      {isYours && account.endedAt === null && !isSelf && (
        <p className="endLine">
          <button type="button" className="button danger" onClick={() => setOpen("end")}>
            End the access
          </button>
        </p>
      )}
      {open === "person" && <EditPerson account={account} close={close} done={done} />}
      {open === "grants" && <GrantsDialog account={account} granting={granting} close={close} done={done} />}
      {open === "end" && <EndDialog account={account} today={todayIn(zone)} close={close} done={done} />}
    </main>
  );
}

function endWords({ endedAt, endsOn }: Account, zone: string): string {
  if (endedAt !== null) return `The access ended on ${dayDate(todayIn(zone, new Date(endedAt)))}.`;
  return endsOn === null ? "" : `The first day without access is ${dayDate(endsOn)}.`;
}
