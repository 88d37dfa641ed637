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

/** Why the server did not take what was done on a roll sheet. */
const REFUSED = graphql(`
  fragment Refused on UserError @_unmask {
    __typename
    code
    message
    ... on AttendanceNotRecordable { reason }
    ... on CapturedTimeNotPossible { capturedAtReason }
    ... on AttendanceConflict {
      currentRevision
      conflicts { studentId wantedStatus currentStatus changedAt }
    }
    ... on QueuedActNotPossible { fault }
    ... on QueuedActPostponed { retryAfter }
  }
`);

export const SUBMIT = graphql(
  `
  mutation Submit($input: SubmitAttendanceInput!) {
    submitAttendance(input: $input) {
      __typename
      ... on SubmitAttendanceSuccess { occurrence { revision } }
      ...Refused
    }
  }
`,
  [REFUSED],
);

export const MARK = graphql(
  `
  mutation Mark($input: MarkAttendanceInput!) {
    markAttendance(input: $input) {
      __typename
      ... on MarkAttendanceSuccess { occurrence { revision } }
      ...Refused
    }
  }
`,
  [REFUSED],
);

export const CLEAR = graphql(
  `
  mutation Clear($input: ClearMarkInput!) {
    clearMark(input: $input) {
      __typename
      ... on ClearMarkSuccess { occurrence { revision } }
      ...Refused
    }
  }
`,
  [REFUSED],
);

export const QUEUED_ACT = graphql(
  `
  fragment QueuedAct on QueuedOutcome @_unmask {
    __typename
    ... on QueuedActRecorded { occurrence { revision } }
    ...Refused
  }
`,
  [REFUSED],
);

export const RECORD_QUEUED = graphql(
  `
  mutation RecordQueued($input: RecordQueuedInput!) {
    recordQueued(input: $input) {
      __typename
      ... on RecordQueuedSuccess { results { idempotencyKey outcome { ...QueuedAct } } }
      ...Refused
    }
  }
`,
  [QUEUED_ACT, REFUSED],
);

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
