import { useState } from "react";
import { TYPE_WORDS } from "../../../parts/enrollmentTypes";
import { CheckField } from "../../../parts/Field";
import { plainDate, todayIn } from "../../../parts/times";
import { useAnswer } from "../../asking/useAnswer";
import { timeslotWords } from "../../choosing/timeslots";
import type { Desk } from "../../operations";
import { may } from "../../permissions";
import { DropDialog } from "./DropDialog";
import { EnrollDialog } from "./EnrollDialog";
import { ENROLLMENTS, type EnrollmentFacts } from "./operations";
import { TransferDialog } from "./TransferDialog";

type Open = { readonly act: "enroll" } | { readonly act: "drop" | "transfer"; readonly enrollment: EnrollmentFacts };

/** The student's places in classes, current ones and, if asked for, previous ones. */
export function Enrollments({ desk, id }: { desk: Desk; id: string }) {
  const [past, setPast] = useState(false);
  const { data, fault, reload } = useAnswer(ENROLLMENTS, { id, past });
  const [open, setOpen] = useState<Open | null>(null);
  const mayChange = may(desk, "MANAGE_ENROLLMENTS");
  const enrollments = data?.student?.enrollments ?? null;
  const done = () => {
    setOpen(null);
    reload();
  };
  const close = () => setOpen(null);
  return (
    <>
      <div className="toolbar">
        <CheckField label="Previous ones too" checked={past} change={setPast} />
        {mayChange && (
          <button type="button" className="button" onClick={() => setOpen({ act: "enroll" })}>
            Enroll in a class
          </button>
        )}
      </div>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      {enrollments?.length === 0 && <p className="muted listEnd">No enrollment.</p>}
      <ul className="lines" aria-label="Enrollments">
        {(enrollments ?? []).map(one => (
          <EnrollmentRow key={one.id} enrollment={one} open={mayChange ? setOpen : null} />
        ))}
      </ul>
      {open?.act === "enroll" && <EnrollDialog desk={desk} studentId={id} close={close} done={done} />}
      {open?.act === "drop" && <DropDialog enrollment={open.enrollment} close={close} done={done} />}
      {open?.act === "transfer" && <TransferDialog enrollment={open.enrollment} close={close} done={done} />}
    </>
  );
}

const CAUSES = { DROPPED: "dropped", TRANSFERRED: "transferred", SESSION_ENDED: "session ended" } as const;

interface RowProps {
  readonly enrollment: EnrollmentFacts;
  readonly open: ((open: Open) => void) | null;
}

function EnrollmentRow({ enrollment, open }: RowProps) {
  const { offering, timeslot, type, startsOn, dropOn, endCause } = enrollment;
  const isOver = dropOn !== null && dropOn < todayIn(offering.location.timeZone);
  const cause = endCause === null ? "" : `, ${CAUSES[endCause]}`;
  const dates =
    dropOn === null ? `since ${plainDate(startsOn)}` : `${plainDate(startsOn)} to ${plainDate(dropOn)}${cause}`;
  const isMovable = !isOver && (type === "ACTIVE" || type === "TRIAL");
  return (
    <li className="line2">
      <span className="lineMain">
        {offering.name} <span className="chip">{TYPE_WORDS[type]}</span>
        <span className="muted hint">
          {[timeslot === null ? "" : timeslotWords(timeslot), offering.location.name, dates]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </span>
      {open !== null && !isOver && (
        <span className="lineEnd">
          {isMovable && (
            <button
              type="button"
              className="button quiet"
              aria-label={`Transfer from ${offering.name}`}
              onClick={() => open({ act: "transfer", enrollment })}
            >
              Transfer
            </button>
          )}
          <button
            type="button"
            className="button quiet"
            aria-label={`Drop ${offering.name}`}
            onClick={() => open({ act: "drop", enrollment })}
          >
            Drop
          </button>
        </span>
      )}
    </li>
  );
}
