import { useState } from "react";
import type { ResultOf, VariablesOf } from "../../graphql";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { dayDate } from "../../parts/times";
import { usePages } from "../asking/usePages";
import { type Filter, REPORTS } from "./chosen";
import { type Group, GroupedTable } from "./GroupedTable";
import { ATTENDANCE_REPORT, type MarkCounts } from "./operations";

type By = VariablesOf<typeof ATTENDANCE_REPORT>["by"];

const SHOWN: readonly (readonly [string, (counts: MarkCounts) => string | number])[] = [
  ["Rate", counts => (counts.rate === null ? "–" : `${Math.round(counts.rate * 100)} %`)],
  ["Present", counts => counts.present],
  ["Tardy", counts => counts.tardy],
  ["Left early", counts => counts.leftEarly],
  ["Both", counts => counts.tardyAndLeftEarly],
  ["Absent", counts => counts.absent],
  ["Excused", counts => counts.excusedAbsence],
  ["Marks", counts => counts.total],
];
const WORDS: Readonly<Record<By, string>> = {
  OFFERING: "Class",
  STUDENT: "Student",
  INSTRUCTOR: "Instructor",
  LOCATION: "Location",
  WEEK: "Week of",
};

export function Attendance({ by, filter }: { by: By; filter: Filter }) {
  const [totals, setTotals] = useState<MarkCounts | null>(null);
  const [pick] = useState(() => (answer: ResultOf<typeof ATTENDANCE_REPORT>) => {
    setTotals(answer.attendanceReport.totals);
    return answer.attendanceReport.rows;
  });
  const found = usePages(ATTENDANCE_REPORT, { filter, by }, pick);
  const label = REPORTS.find(([file]) => file === `ATTENDANCE_BY_${by}`)?.[1] ?? "";
  return (
    <>
      {found.nodes !== null && found.nodes.length > 0 && (
        <GroupedTable
          label={label}
          word={WORDS[by]}
          rows={found.nodes}
          totals={totals}
          shown={SHOWN}
          nameOf={group => nameOf(group, by)}
        />
      )}
      <ListEnd {...found} nothing="Nobody was marked in this time." />
    </>
  );
}

function nameOf({ subjectId, name }: Group<MarkCounts>, by: By) {
  if (by === "STUDENT" && subjectId !== null) return <Link to={`/students/${subjectId}`}>{name}</Link>;
  if (by === "WEEK") return dayDate(name);
  return name === "" ? "Nobody taught" : name;
}
