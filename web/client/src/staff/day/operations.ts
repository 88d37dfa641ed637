import { graphql, type ResultOf } from "../../graphql";

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
    occurrences(filter: { from: $date, to: $date }, first: 100, after: $after) {
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

export type Card = ResultOf<typeof CARD>;
