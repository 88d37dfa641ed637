import { graphql, type ResultOf } from "../../../graphql";

export const SESSION = graphql(`
  query CarriedSession($id: ID!) {
    node(id: $id) {
      ... on Session { id name startsOn endsOn }
    }
  }
`);

export const CARRY_OVER_PREVIEW = graphql(`
  query CarryOverPreview($input: CarryOverInput!, $after: String) {
    preview: carryOverPreview(input: $input, first: 20, after: $after) {
      __typename
      ... on CarryOverPreview {
        offeringCount
        classes {
          nodes {
            offeringId
            offeringName
            refusal
            isNew
            timeslotCount
            startsOn
            enrolledStudentIds
            studentsLeftBehind { studentId reason }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
      ... on UserError { code message }
    }
  }
`);

/** Of what a preview names by ids: when and where the classes meet, and the names of students. */
export const NAMED = graphql(`
  query CarriedNames($offerings: [ID!]!, $students: [ID!]!) {
    offerings: nodes(ids: $offerings) {
      ... on Offering {
        id
        location { id name timeZone }
        timeslots { id weekday startsOn endsOn startTime }
      }
    }
    students: nodes(ids: $students) {
      ... on Student { id firstName lastName }
    }
  }
`);

export const CARRY_OVER = graphql(`
  mutation CarryOver($input: CarryOverInput!) {
    carryOver(input: $input) {
      __typename
      ... on CarryOverSuccess { backgroundTaskId offeringCount }
      ... on UserError { code message }
    }
  }
`);

type Preview = Extract<ResultOf<typeof CARRY_OVER_PREVIEW>["preview"], { __typename: "CarryOverPreview" }>;
export type CarriedClass = Preview["classes"]["nodes"][number];
