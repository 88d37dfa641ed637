import { graphql, type ResultOf } from "../../../graphql";

export const ENROLLMENTS = graphql(`
  query StudentEnrollments($id: ID!, $past: Boolean!) {
    student(id: $id) {
      enrollments(past: $past) {
        id
        type
        startsOn
        dropOn
        endCause
        offering { id name location { id name timeZone } }
        timeslot { id weekday startsOn endsOn startTime }
      }
    }
  }
`);

export const ENROLL = graphql(`
  mutation Enroll($input: EnrollStudentInput!) {
    enrollStudent(input: $input) {
      __typename
      ... on EnrollStudentSuccess { enrollment { id } }
      ... on UserError { code message }
    }
  }
`);

export const DROP = graphql(`
  mutation Drop($input: DropEnrollmentInput!) {
    dropEnrollment(input: $input) {
      __typename
      ... on DropEnrollmentSuccess { enrollment { id } }
      ... on UserError { code message }
    }
  }
`);

export const TRANSFER = graphql(`
  mutation Transfer($input: TransferEnrollmentInput!) {
    transferEnrollment(input: $input) {
      __typename
      ... on TransferEnrollmentSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export type EnrollmentFacts = NonNullable<ResultOf<typeof ENROLLMENTS>["student"]>["enrollments"][number];
