import { useState } from "react";
import { Tabs } from "../../parts/Tabs";
import { useTitle } from "../../parts/useTitle";
import { useAnswer } from "../asking/useAnswer";
import { NoSuchPage } from "../NoSuchPage";
import type { Desk } from "../operations";
import { Attendance } from "./attendance/Attendance";
import { Enrollments } from "./enrollments/Enrollments";
import { Notes } from "./Notes";
import { STUDENT } from "./operations";
import { StudentHead } from "./StudentHead";
import { Decisions } from "./tokens/Decisions";
import { Tokens } from "./tokens/Tokens";
import "./student.css";

const TABS = [
  ["attendance", "Attendance"],
  ["enrollments", "Enrollments"],
  ["tokens", "Makeup tokens"],
  ["why", "Why is there no token?"],
  ["notes", "Notes"],
] as const;

type Tab = (typeof TABS)[number][0];

/** Everything about one student: attendance, enrollments, makeup tokens with their reasons, and notes. */
export function Student({ desk, id }: { desk: Desk; id: string }) {
  const { data, fault, reload, isMistyped } = useAnswer(STUDENT, { id });
  // How often another record came here: what the tabs have read is then too little.
  const [mergers, setMergers] = useState(0);
  const [tab, setTab] = useState<Tab>(tabOf(location.hash));
  const student = data?.student ?? null;
  useTitle(student === null ? "Student" : `${student.firstName} ${student.lastName}`);
  if (isMistyped || (data !== null && student === null)) return <NoSuchPage />;
  if (student === null) {
    return (
      <main className="page" aria-busy={fault === null}>
        <p className={fault === null ? "muted" : "fault"} role={fault === null ? undefined : "alert"}>
          {fault ?? "Opening the student …"}
        </p>
      </main>
    );
  }
  const show = (next: Tab) => {
    history.replaceState(null, "", `#${next}`);
    setTab(next);
  };
  return (
    <main className="page">
      <StudentHead
        desk={desk}
        student={student}
        changed={reload}
        merged={() => {
          setMergers(mergers + 1);
          reload();
        }}
      />
      <p className="said" role="status">
        {mergers > 0 && "The two records are one."}
      </p>
      <Tabs key={mergers} tabs={TABS} shown={tab} show={show} label="About this student">
        {tab === "attendance" && <Attendance desk={desk} id={id} />}
        {tab === "enrollments" && <Enrollments desk={desk} id={id} />}
        {tab === "tokens" && <Tokens desk={desk} student={student} />}
        {tab === "why" && <Decisions id={id} />}
        {tab === "notes" && <Notes desk={desk} id={id} />}
      </Tabs>
    </main>
  );
}

function tabOf(hash: string): Tab {
  return TABS.find(([name]) => `#${name}` === hash)?.[0] ?? "attendance";
}
