import { useState } from "react";
import { Link } from "../../parts/Link";
import { todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { useAnswer } from "../asking/useAnswer";
import { NoSuchPage } from "../NoSuchPage";
import { ClassDialog } from "./ClassDialog";
import { ClassFactsList } from "./ClassFactsList";
import { EndTimeslotDialog } from "./EndTimeslotDialog";
import { NextDates } from "./NextDates";
import { EndOfferingDialog } from "./offering/EndOfferingDialog";
import { CLASS, type ClassFacts, type TimeslotFacts } from "./operations";
import { TimeslotDialog } from "./TimeslotDialog";
import { NewTimeslotDialog } from "./timeslots/NewTimeslotDialog";
import { Times } from "./timeslots/Times";
import "./catalogue.css";

type Open =
  | { readonly act: "class" | "endClass" | "add" }
  | { readonly act: "move" | "end"; readonly timeslot: TimeslotFacts };

/** A class, a camp or an appointment: what it is, when it meets, and changing that from a date on. */
export function Class({ id }: { id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(CLASS, { id });
  const [open, setOpen] = useState<Open | null>(null);
  const [version, setVersion] = useState(0);
  const node = data?.node;
  const found = node != null && "timeslots" in node ? node : null;
  useTitle(found?.name ?? "Class");
  if (isMistyped || (data !== null && found === null)) return <NoSuchPage />;
  if (found === null) {
    return (
      <main className="page" aria-busy={fault === null}>
        <p className={fault === null ? "muted" : "fault"}>{fault ?? "Opening the class …"}</p>
      </main>
    );
  }
  const done = () => {
    setOpen(null);
    setVersion(version + 1);
    reload();
  };
  const today = todayIn(found.location.timeZone);
  return (
    <main className="page">
      <Link to="/classes" className="back">
        ‹ Classes
      </Link>
      <div className="toolbar">
        <h1>{found.name}</h1>
        <div className="headActs">
          <button type="button" className="button" onClick={() => setOpen({ act: "class" })}>
            Change
          </button>
          <button type="button" className="button danger" onClick={() => setOpen({ act: "endClass" })}>
            End {KIND_WORDS[found.kind]}
          </button>
        </div>
      </div>
      <ClassFactsList facts={found} />
      <Times facts={found} today={today} open={setOpen} />
      <NextDates key={version} id={id} today={today} />
      {open !== null && <Dialogs open={open} facts={found} today={today} close={() => setOpen(null)} done={done} />}
    </main>
  );
}

const KIND_WORDS: Record<ClassFacts["kind"], string> = {
  CLASS: "the class",
  CAMP: "the camp",
  APPOINTMENT: "the appointment",
};

interface DialogsProps {
  readonly open: Open;
  readonly facts: ClassFacts;
  readonly today: string;
  readonly close: () => void;
  readonly done: () => void;
}

function Dialogs({ open, facts, ...rest }: DialogsProps) {
  switch (open.act) {
    case "class":
      return <ClassDialog facts={facts} {...rest} />;
    case "endClass":
      return <EndOfferingDialog facts={facts} {...rest} />;
    case "add":
      return <NewTimeslotDialog facts={facts} {...rest} />;
    case "move":
      return <TimeslotDialog timeslot={open.timeslot} {...rest} />;
    default:
      return <EndTimeslotDialog timeslot={open.timeslot} {...rest} />;
  }
}
