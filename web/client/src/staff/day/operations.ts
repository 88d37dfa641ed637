import { graphql, type ResultOf } from "../../graphql";
import { ACTOR, SHEET } from "../sheet/operations";

export const CARD = graphql(`
  fragment Card on Occurrence @_unmask {
    id
    revision
    startsAt
    endsAt
    room
    state
    attendanceState
    canRecordAttendance
    notRecordable { message }
    offering { id name kind }
    location { id }
    instructors { id firstName lastName }
    tally { present tardy leftEarly tardyAndLeftEarly absent excusedAbsence unmarked total }
  }
`);

export const DAY = graphql(
  `
  query Day($date: Date!, $after: String) {
    occurrences(filter: { from: $date, to: $date, includeNotScheduled: false }, first: 100, after: $after) {
      nodes { ...Card }
      pageInfo { hasNextPage endCursor }
    }
  }
`,
  [CARD],
);

export const FOLLOW_DAY = graphql(
  `
  subscription FollowDay($date: Date!, $after: String) {
    checkIns(date: $date, after: $after) {
      cursor
      kind
      occurrence { ...Card }
    }
  }
`,
  [CARD],
);

export const DAY_SHEETS = graphql(
  `
  query DaySheets($date: Date!) {
    daySheets(date: $date) {
      ...Card
      ...Sheet
      roster {
        id
        isSubdued
        attendanceRate
        student { id firstName lastName }
        # No details: nobody looks at the medical texts of a whole day, and the server records who does.
        indicators { kind label }
        mark { status isDefaulted revision markedAt source needsReview markedBy { ...Actor } }
      }
    }
  }
`,
  [CARD, SHEET, ACTOR],
);

/** Whether a business has anything yet. */
export const BEGINNING = graphql(`
  query Beginning {
    locations { id }
    programs { id }
    offerings(first: 1) { nodes { id } }
    students(first: 1) { nodes { id } }
  }
`);

export type Card = ResultOf<typeof CARD>;
