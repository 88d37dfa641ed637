/** The operations that several pages of families share. */
import { graphql, type ResultOf } from "../graphql";

export const CLASS = graphql(`
  fragment Class on Occurrence @_unmask {
    id
    date
    startsAt
    endsAt
    room
    state
    offering { id name }
    location { id name timeZone }
  }
`);

export const ATTENDED = graphql(
  `
  fragment Attended on StudentAttendance @_unmask {
    occurrence { ...Class }
    enrollment { id type }
    mark { status isDefaulted markedAt }
  }
`,
  [CLASS],
);

export const GUARDIAN = graphql(`
  query Guardian {
    viewer {
      __typename
      ... on GuardianViewer {
        name
        organization { id name }
        students { id firstName lastName }
      }
    }
  }
`);

export const FOLLOW_CHILD = graphql(`
  subscription FollowChild($studentId: ID!, $after: String) {
    studentChanged(studentId: $studentId, after: $after) { cursor kinds }
  }
`);

type Answer = ResultOf<typeof GUARDIAN>;
export type GuardianViewer = Extract<Answer["viewer"], { __typename: "GuardianViewer" }>;
export type Class = ResultOf<typeof CLASS>;
export type Attended = ResultOf<typeof ATTENDED>;
