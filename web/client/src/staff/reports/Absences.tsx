import type { ResultOf } from "../../graphql";
import { Link } from "../../parts/Link";
import { ListEnd } from "../../parts/ListEnd";
import { dayDate, plainDate, timeOfDay } from "../../parts/times";
import { usePages } from "../asking/usePages";
import type { Filter } from "./chosen";
import { Named, studentDetails } from "./details";
import { ABSENCE_REPORT, type Absence } from "./operations";
import { type Column, Table } from "./Table";

const STATES: Readonly<Record<NonNullable<Absence["token"]>["state"], string>> = {
  SCHEDULED: "Not yet usable",
  AVAILABLE: "Can be used",
  REQUESTED: "Makeup requested",
  PENDING: "Makeup booked",
  SPENT: "Used",
  EXPIRED: "Expired",
  REVOKED: "Taken back",
  DELETED: "Deleted",
};
const COLUMNS: readonly Column<Absence>[] = [
  {
    word: "Student",
    cell: row => (
      <Named details={studentDetails(row.student)}>
        <Link to={`/students/${row.studentId}`}>{row.studentName}</Link>
      </Named>
    ),
  },
  {
    word: "Class",
    cell: row => (
      <Named details={`${row.locationName} · ${timeOfDay(row.startTime)}`}>
        <Link to={`/sheets/${row.occurrenceId}`}>{row.offeringName}</Link>
      </Named>
    ),
  },
  { word: "Date", cell: row => plainDate(row.date) },
  { word: "Mark", cell: row => (row.status === "ABSENT" ? "Absent" : "Excused") },
  { word: "Makeup token", cell: row => (row.token === null ? "None" : STATES[row.token.state]) },
  { word: "Good until", cell: row => (row.token?.expiresOn == null ? "" : dayDate(row.token.expiresOn)) },
];
const pick = (answer: ResultOf<typeof ABSENCE_REPORT>) => answer.absenceReport;

export function Absences({ filter }: { filter: Filter }) {
  const found = usePages(ABSENCE_REPORT, { filter }, pick);
  return (
    <>
      {found.nodes !== null && found.nodes.length > 0 && (
        <Table
          label="Absences"
          columns={COLUMNS}
          rows={found.nodes}
          keyOf={row => `${row.occurrenceId} ${row.studentId}`}
        />
      )}
      <ListEnd {...found} nothing="Nobody was absent in this time." />
    </>
  );
}
