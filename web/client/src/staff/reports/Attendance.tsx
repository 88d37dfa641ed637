import type { ResultOf, VariablesOf } from "../../graphql";
import { Link } from "../../parts/Link";
import { dayDate } from "../../parts/times";
import type { Filter } from "./chosen";
import {
  type InstructorDetails,
  instructorDetails,
  Named,
  type OfferingDetails,
  offeringDetails,
  type StudentDetails,
  studentDetails,
} from "./details";
import { GroupedTable } from "./GroupedTable";
import { ATTENDANCE_REPORT, type MarkCounts } from "./operations";
import { type Group, useGrouped } from "./useGrouped";

type Row = Group<MarkCounts> & {
  readonly offering: OfferingDetails | null;
  readonly student: StudentDetails | null;
  readonly instructor: InstructorDetails | null;
};
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

const pick = (answer: ResultOf<typeof ATTENDANCE_REPORT>) => answer.attendanceReport;

export function Attendance({ by, filter }: { by: By; filter: Filter }) {
  const found = useGrouped(ATTENDANCE_REPORT, { filter, by }, pick);
  return (
    <GroupedTable
      file={`ATTENDANCE_BY_${by}`}
      word={WORDS[by]}
      found={found}
      shown={SHOWN}
      nameOf={group => nameOf(group, by)}
      nothing="Nobody was marked in this time."
    />
  );
}

function nameOf({ subjectId, name, offering, student, instructor }: Row, by: By) {
  if (student !== null) {
    return (
      <Named details={studentDetails(student)}>
        <Link to={`/students/${subjectId}`}>{name}</Link>
      </Named>
    );
  }
  if (offering !== null) return <Named details={offeringDetails(offering)}>{name}</Named>;
  if (instructor !== null) return <Named details={instructorDetails(instructor)}>{name || "Nobody taught"}</Named>;
  return by === "WEEK" ? dayDate(name) : name;
}
