import { useState } from "react";
import { Link } from "../../parts/Link";
import { dayDate, todayIn } from "../../parts/times";
import { useTitle } from "../../parts/useTitle";
import { useAnswer } from "../asking/useAnswer";
import { timeslotWords } from "../choosing/timeslots";
import { NoSuchPage } from "../NoSuchPage";
import { ClassDialog } from "./ClassDialog";
import { EndTimeslotDialog } from "./EndTimeslotDialog";
import { CLASS, type ClassFacts, type TimeslotFacts } from "./operations";
import { TimeslotDialog } from "./TimeslotDialog";
import "./catalogue.css";

type Open = { readonly act: "class" } | { readonly act: "move" | "end"; readonly timeslot: TimeslotFacts };

/** A class: when it meets, and changing that from a date on. */
export function Class({ id }: { id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(CLASS, { id });
  const [open, setOpen] = useState<Open | null>(null);
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
  const close = () => setOpen(null);
  const done = () => {
    setOpen(null);
    reload();
  };
  const today = todayIn(found.location.timeZone);
  return (
    <main className="page">
      <Link to="/classes" className="back">
        ‹ Classes
      </Link>
      <div className="toolbar">
        <div>
          <h1>{found.name}</h1>
          <p className="muted">{factsOf(found)}</p>
        </div>
        <button type="button" className="button" onClick={() => setOpen({ act: "class" })}>
          Change
        </button>
      </div>
      <section className="group" aria-label="Times">
        <h2>Times</h2>
        <ul className="lines">
          {found.timeslots.map(one => (
            <TimeslotRow key={one.id} timeslot={one} open={act => setOpen({ act, timeslot: one })} />
          ))}
        </ul>
        {found.timeslots.length === 0 && <p className="muted">It has no times.</p>}
      </section>
      {found.sessions.length > 0 && (
        <section className="group" aria-label="Sessions">
          <h2>Sessions</h2>
          <ul className="lines">
            {found.sessions.map(one => (
              <li key={one.id} className="line2">
                <span className="lineMain">{one.name}</span>
                <span className="muted hint">
                  {dayDate(one.startsOn)} {one.endsOn === null ? "on" : `to ${dayDate(one.endsOn)}`}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {open?.act === "class" && <ClassDialog facts={found} today={today} close={close} done={done} />}
      {open?.act === "move" && <TimeslotDialog timeslot={open.timeslot} today={today} close={close} done={done} />}
      {open?.act === "end" && <EndTimeslotDialog timeslot={open.timeslot} today={today} close={close} done={done} />}
    </main>
  );
}

function factsOf({ location, program, capacity, instructors }: ClassFacts): string {
  const places = capacity === null ? "any number of students" : `${capacity} places`;
  const people = instructors.map(one => `${one.firstName} ${one.lastName}`).join(", ");
  return [location.name, program?.name, places, people].filter(Boolean).join(" · ");
}

function TimeslotRow({ timeslot, open }: { timeslot: TimeslotFacts; open: (act: "move" | "end") => void }) {
  const words = timeslotWords(timeslot);
  return (
    <li className="line2">
      <span className="lineMain">
        {words}
        <span className="muted hint">
          {[`${timeslot.durationMinutes} minutes`, timeslot.room].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span className="lineEnd">
        <button type="button" className="button quiet" aria-label={`Change ${words}`} onClick={() => open("move")}>
          Change
        </button>
        <button type="button" className="button quiet" aria-label={`End ${words}`} onClick={() => open("end")}>
          End
        </button>
      </span>
    </li>
  );
}
