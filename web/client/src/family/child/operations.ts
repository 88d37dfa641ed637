import { graphql, type ResultOf } from "../../graphql";
import { ATTENDED, CLASS } from "../operations";
import { TOKEN } from "../token/operations";
import { WAIT } from "../waitlist/operations";

export const ABSENCE = graphql(
  `
  fragment Absence on ExpectedAbsence @_unmask {
    id
    state
    startsOn
    endsOn
    windowStarts
    windowEnds
    isLate
    comment
    occurrences { ...Class }
  }
`,
  [CLASS],
);

export const CHILD = graphql(
  `
  query FamilyChild($id: ID!) {
    viewer {
      __typename
      ... on GuardianViewer { requestsAbsences }
    }
    locations { id timeZone }
    student(id: $id) {
      id
      firstName
      lastName
      today { ...Attended }
      nextOccurrences(first: 6) { ...Class }
      enrollments { ...Wait }
      makeupTokenGroups {
        usableHere { ...Token }
        requested { ...Token }
        pending { ...Token }
        spent { ...Token }
        expired { ...Token }
      }
    }
    expectedAbsences(filter: { studentIds: [$id], states: [REQUESTED, APPROVED, DENIED] }, first: 50) {
      nodes { ...Absence }
    }
  }
`,
  [ATTENDED, CLASS, TOKEN, ABSENCE, WAIT],
);

export const MISSED = graphql(
  `
  query FamilyMissed($id: ID!, $first: Int!) {
    student(id: $id) {
      makeupTokenDecisions(first: $first) {
        nodes {
          occurrence { ...Class }
          status
          outcome
          cause
          dueAt
          token { id }
          facts { name value }
        }
        pageInfo { hasNextPage }
      }
    }
  }
`,
  [CLASS],
);

export const REPORT = graphql(`
  mutation ReportAbsence($input: RequestExpectedAbsenceInput!) {
    requestExpectedAbsence(input: $input) {
      __typename
      ... on RequestExpectedAbsenceSuccess { expectedAbsence { id state } }
      ... on ExpectedAbsenceNotPossible { absenceReason: reason }
      ... on UserError { message code }
    }
  }
`);

export const TAKE_BACK = graphql(`
  mutation TakeAbsenceBack($input: WithdrawExpectedAbsenceInput!) {
    withdrawExpectedAbsence(input: $input) {
      __typename
      ... on WithdrawExpectedAbsenceSuccess { expectedAbsence { id state } }
      ... on ExpectedAbsenceNotPossible { absenceReason: reason }
      ... on UserError { message code }
    }
  }
`);

type Answer = ResultOf<typeof CHILD>;
export type Child = NonNullable<Answer["student"]>;
export type Absence = ResultOf<typeof ABSENCE>;
export type Missed = NonNullable<ResultOf<typeof MISSED>["student"]>["makeupTokenDecisions"]["nodes"][number];
