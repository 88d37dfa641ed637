import { graphql, type ResultOf } from "../../../graphql";

const LEAVING = graphql(`
  fragment Leaving on LeavingPreview @_unmask {
    __typename
    ... on LeavingEffect {
      studentCount
      enrollmentCount
      makeupCount
      withdrawnRequestCount
      unusedTokenCount
      tokensLapseOn
      guardianCount
    }
    ... on PastIsFixed { message earliest }
  }
`);

export const END_FAMILY_PREVIEW = graphql(
  `
  query EndFamilyPreview($input: EndFamilyInput!) {
    preview: endFamilyPreview(input: $input) { ...Leaving }
  }
`,
  [LEAVING],
);

export const END_FAMILY = graphql(`
  mutation EndFamily($input: EndFamilyInput!) {
    endFamily(input: $input) {
      __typename
      ... on EndFamilySuccess { family { id } }
      ... on UserError { code message }
    }
  }
`);

export const END_STUDENT_PREVIEW = graphql(
  `
  query EndStudentPreview($input: EndStudentInput!) {
    preview: endStudentPreview(input: $input) { ...Leaving }
  }
`,
  [LEAVING],
);

export const END_STUDENT = graphql(`
  mutation EndStudent($input: EndStudentInput!) {
    endStudent(input: $input) {
      __typename
      ... on EndStudentSuccess { student { id } }
      ... on UserError { code message }
    }
  }
`);

export type LeavingFacts = ResultOf<typeof END_FAMILY_PREVIEW>["preview"];
