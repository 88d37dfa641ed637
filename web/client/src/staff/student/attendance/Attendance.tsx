import { useState } from "react";
import type { ResultOf } from "../../../graphql";
import { SelectField } from "../../../parts/Field";
import { ListEnd } from "../../../parts/ListEnd";
import { usePages } from "../../asking/usePages";
import type { Desk } from "../../operations";
import { AttendanceRow } from "./AttendanceRow";
import { ATTENDANCE } from "./operations";

const RANGES = [
  ["ALL", "All dates"],
  ["PAST", "Past dates"],
] as const;

const ENROLLMENTS = [
  ["ALL", "Current and previous"],
  ["CURRENT", "Current"],
  ["PREVIOUS", "Previous"],
] as const;

const pick = (data: ResultOf<typeof ATTENDANCE>) => data.student?.attendance ?? null;

/** The student's occurrences with their marks, which can be changed where the viewer may. */
export function Attendance({ desk, id }: { desk: Desk; id: string }) {
  const [range, setRange] = useState<(typeof RANGES)[number][0]>("ALL");
  const [enrollments, setEnrollments] = useState<(typeof ENROLLMENTS)[number][0]>("ALL");
  const listing = usePages(ATTENDANCE, { id, range, enrollments }, pick);
  return (
    <>
      <div className="pair filters">
        <SelectField label="Dates" value={range} choices={RANGES} change={setRange} />
        <SelectField label="Enrollments" value={enrollments} choices={ENROLLMENTS} change={setEnrollments} />
      </div>
      {!desk.checkInMode && desk.mayRecord && (
        <p className="muted hint under">
          Marks are made on the roll sheet, to which the date leads. With check-in mode on, they can be changed here.
        </p>
      )}
      <ul className="lines" aria-label="Attendance" aria-busy={listing.isLoading}>
        {(listing.nodes ?? []).map(row => (
          <AttendanceRow key={row.occurrenceId} studentId={id} row={row} changed={listing.reload} />
        ))}
      </ul>
      <ListEnd {...listing} nothing="No class of this student is on record here." />
    </>
  );
}
