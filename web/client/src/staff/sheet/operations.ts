import { graphql, type ResultOf, type VariablesOf } from "../../graphql";

export const ACTOR = graphql(`
  fragment Actor on Actor @_unmask {
    __typename
    ... on StaffMember { id firstName lastName }
    ... on Guardian { id firstName lastName }
    ... on Kiosk { id name }
  }
`);

export const ROW = graphql(
  `
  fragment Row on RosterEntry @_unmask {
    id
    isSubdued
    attendanceRate
    student { id firstName lastName }
    indicators { kind label detail }
    mark { status isDefaulted note revision markedAt source needsReview markedBy { ...Actor } }
  }
`,
  [ACTOR],
);

export const SHEET = graphql(`
  fragment Sheet on Occurrence @_unmask {
    id
    revision
    date
    startsAt
    endsAt
    room
    state
    canRecordAttendance
    notRecordable { reason message }
    cancellation { comment }
    attendanceState
    offering { id name }
    location { id name timeZone }
    instructors { id firstName lastName }
    tokenRuns { phase dueAt state wouldIssue issued }
    tally { present tardy leftEarly tardyAndLeftEarly absent excusedAbsence unmarked total }
  }
`);

export const FOLLOW_SHEET = graphql(
  `
  subscription FollowSheet($id: ID!, $after: Int, $history: String) {
    rollSheetChanged(occurrenceId: $id, afterRevision: $after, history: $history) {
      revision
      history
      kind
      changedAt
      source
      changedBy { ...Actor }
      occurrence { ...Sheet }
      entries { ...Row }
      removedEntryIds
    }
  }
`,
  [ACTOR, SHEET, ROW],
);

export const SUBMIT = graphql(`
  mutation Submit($input: SubmitAttendanceInput!) {
    submitAttendance(input: $input) {
      __typename
      ... on SubmitAttendanceSuccess { occurrence { revision } }
      ... on UserError { message }
      ... on AttendanceConflict {
        currentRevision
        conflicts { studentId wantedStatus currentStatus changedAt }
      }
    }
  }
`);

export const MARK = graphql(`
  mutation Mark($input: MarkAttendanceInput!) {
    markAttendance(input: $input) {
      __typename
      ... on MarkAttendanceSuccess { occurrence { revision } }
      ... on UserError { message }
      ... on AttendanceConflict {
        currentRevision
        conflicts { studentId wantedStatus currentStatus changedAt }
      }
    }
  }
`);

export const CLEAR = graphql(`
  mutation Clear($input: ClearMarkInput!) {
    clearMark(input: $input) {
      __typename
      ... on ClearMarkSuccess { occurrence { revision } }
      ... on UserError { message }
      ... on AttendanceConflict {
        currentRevision
        conflicts { studentId wantedStatus currentStatus changedAt }
      }
    }
  }
`);

export const HISTORY = graphql(
  `
  query History($id: ID!) {
    node(id: $id) {
      ... on RosterEntry {
        history {
          revision
          changedAt
          source
          changedBy { ...Actor }
          before { status note isDefaulted }
          after { status note isDefaulted }
        }
      }
    }
  }
`,
  [ACTOR],
);

export type SheetChange = ResultOf<typeof FOLLOW_SHEET>["rollSheetChanged"];
export type SheetHead = ResultOf<typeof SHEET>;
export type SheetRow = ResultOf<typeof ROW>;
export type Status = NonNullable<SheetRow["mark"]>["status"];
export type Actor = ResultOf<typeof ACTOR>;
export type MarkChange = NonNullable<
  Extract<ResultOf<typeof HISTORY>["node"], { history: unknown }>
>["history"][number];
export type SubmitInput = VariablesOf<typeof SUBMIT>["input"];
