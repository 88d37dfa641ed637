import { graphql, type ResultOf } from "../../../graphql";
import { ACTOR } from "../../sheet/operations";

export const ATTENDANCE = graphql(
  `
  query StudentAttendance(
    $id: ID!
    $range: AttendanceRange!
    $enrollments: AttendanceEnrollments!
    $after: String
  ) {
    student(id: $id) {
      attendance(range: $range, enrollments: $enrollments, first: 30, after: $after) {
        nodes {
          occurrenceId
          isSubdued
          isEditable
          notEditable { message }
          occurrence { id date startsAt state revision offering { id name } location { id timeZone } }
          mark { status isDefaulted markedAt note markedBy { ...Actor } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`,
  [ACTOR],
);

export type AttendedOccurrence = NonNullable<ResultOf<typeof ATTENDANCE>["student"]>["attendance"]["nodes"][number];
