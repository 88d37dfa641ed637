import { useEffect, useState } from "react";
import { Link } from "../../parts/Link";
import { todayIn } from "../../parts/times";
import { AttendedLine, ClassLine } from "../parts/ClassLine";
import { Fault } from "../parts/Fault";
import { NoSuchPage } from "../parts/NoSuchPage";
import { home } from "../router";
import { useAnswer } from "../useAnswer";
import { useLive } from "../useLive";
import { Waitlist } from "../waitlist/Waitlist";
import { Absences } from "./Absences";
import { MissedClasses } from "./MissedClasses";
import { CHILD } from "./operations";
import { ReportAbsence } from "./ReportAbsence";
import { Tokens } from "./Tokens";

const NOBODY: readonly string[] = [];

/** Everything about one child: today, what comes next, absences, makeup tokens and missed classes. */
export function Child({ id }: { id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(CHILD, { id });
  const [isReporting, setReporting] = useState(false);
  const [news, setNews] = useState(0);
  useLive(isMistyped ? NOBODY : [id], () => {
    reload();
    setNews(count => count + 1);
  });
  const child = data?.student ?? null;
  useEffect(() => {
    document.title = child === null ? "Rollbook" : `${child.firstName} · Rollbook`;
  }, [child]);
  if (isMistyped || (data !== null && child === null)) return <NoSuchPage />;
  if (data === null || child === null) {
    return (
      <main className="page" aria-busy={fault === null}>
        <Back />
        <Fault sentence={fault} again={reload} />
      </main>
    );
  }
  const absences = data.expectedAbsences.nodes;
  const away = new Set(
    absences.filter(one => one.state !== "DENIED").flatMap(one => one.occurrences.map(each => each.id)),
  );
  const isToday = new Set(child.today.map(one => one.occurrence.id));
  const next = child.nextOccurrences.filter(one => !isToday.has(one.id));
  const zone = next[0]?.location.timeZone ?? data.locations[0]?.timeZone ?? "UTC";
  const today = todayIn(zone);
  const mayReport = data.viewer?.__typename === "GuardianViewer" && data.viewer.requestsAbsences;
  return (
    <main className="page">
      <Back />
      <header className="pageHead">
        <h1>
          {child.firstName} {child.lastName}
        </h1>
        {mayReport && (
          <button type="button" className="button main" onClick={() => setReporting(true)}>
            Report an absence
          </button>
        )}
      </header>
      <Fault sentence={fault} again={reload} />
      <section className="card part" aria-labelledby="today">
        <h2 id="today">Today</h2>
        <ul className="lines">
          {child.today.map(one => (
            <AttendedLine key={one.occurrence.id} attended={one} isAway={away.has(one.occurrence.id)} />
          ))}
        </ul>
        {child.today.length === 0 && <p className="muted">No class today.</p>}
      </section>
      <section className="card part" aria-labelledby="next">
        <h2 id="next">Next classes</h2>
        <ul className="lines">
          {next.map(one => (
            <ClassLine key={one.id} of={one} isAway={away.has(one.id)} />
          ))}
        </ul>
        {next.length === 0 && <p className="muted">No classes are planned within four weeks.</p>}
      </section>
      <Waitlist
        firstName={child.firstName}
        waits={child.enrollments.filter(one => one.type === "WAITLIST")}
        changed={reload}
      />
      <Absences absences={absences.filter(one => one.endsOn >= today)} changed={reload} />
      <Tokens groups={child.makeupTokenGroups} />
      <MissedClasses id={id} news={news} />
      {isReporting && (
        <ReportAbsence
          child={child}
          today={today}
          close={hasChanged => {
            setReporting(false);
            if (hasChanged) reload();
          }}
        />
      )}
    </main>
  );
}

function Back() {
  return (
    <Link to={home} className="back">
      <span aria-hidden="true">‹ </span>Your children
    </Link>
  );
}
