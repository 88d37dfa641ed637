import { graphql, type ResultOf } from "../graphql";

export const PLACES = graphql(`
  query KioskPlaces {
    viewer {
      __typename
      ... on StaffViewer { permissions }
    }
    locations { id name }
  }
`);

export const LAUNCH = graphql(`
  mutation LaunchKiosk($input: LaunchKioskInput!) {
    launchKiosk(input: $input) {
      __typename
      ... on LaunchKioskSuccess { deviceToken kiosk { expiresAt } }
      ... on UserError { code message }
    }
  }
`);

export const KIOSK = graphql(`
  query ThisKiosk {
    viewer {
      __typename
      ... on KioskViewer {
        name
        locationName
        timeZone
        kiosk { id }
        organization { name }
      }
    }
  }
`);

export const FAMILY = graphql(`
  query KioskFamily($phone: String, $qrCode: String) {
    kioskFamily(phone: $phone, qrCode: $qrCode) {
      students {
        studentId
        firstName
        occurrences {
          occurrenceId
          offeringName
          startsAt
          status
          canCheckIn
          noCheckInReason
          opensAt
        }
      }
    }
  }
`);

const REFUSED = graphql(`
  fragment KioskRefused on UserError @_unmask {
    __typename
    code
    message
    ... on AttendanceNotRecordable { reason }
    ... on CheckInNotUndoable { noUndoReason }
    ... on QueuedActNotPossible { fault }
    ... on QueuedActPostponed { retryAfter }
  }
`);

export const CHECK_IN = graphql(
  `
  mutation KioskCheckIn($input: CheckInInput!) {
    checkIn(input: $input) {
      __typename
      ... on CheckInSuccess { status }
      ...KioskRefused
    }
  }
`,
  [REFUSED],
);

export const UNDO = graphql(
  `
  mutation KioskUndo($input: UndoKioskCheckInInput!) {
    undoKioskCheckIn(input: $input) {
      __typename
      ... on UndoKioskCheckInSuccess { status }
      ...KioskRefused
    }
  }
`,
  [REFUSED],
);

export const QUEUED_CHECK_IN = graphql(
  `
  fragment QueuedCheckIn on QueuedOutcome @_unmask {
    __typename
    ... on QueuedActRecorded { status }
    ...KioskRefused
  }
`,
  [REFUSED],
);

export const RECORD_CHECK_INS = graphql(
  `
  mutation KioskRecordQueued($input: RecordQueuedInput!) {
    recordQueued(input: $input) {
      __typename
      ... on RecordQueuedSuccess { results { idempotencyKey outcome { ...QueuedCheckIn } } }
      ...KioskRefused
    }
  }
`,
  [QUEUED_CHECK_IN, REFUSED],
);

export type Student = NonNullable<ResultOf<typeof FAMILY>["kioskFamily"]>["students"][number];
export type Lesson = Student["occurrences"][number];
export type KioskViewer = Extract<ResultOf<typeof KIOSK>["viewer"], { __typename: "KioskViewer" }>;
