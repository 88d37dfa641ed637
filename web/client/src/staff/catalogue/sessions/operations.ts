import { graphql, type ResultOf } from "../../../graphql";
import { EFFECT } from "../acting/effects";

export const SESSIONS = graphql(`
  query Sessions($after: String) {
    sessions(first: 100, after: $after) {
      nodes { id name startsOn endsOn }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CREATE_SESSION = graphql(`
  mutation CreateSession($input: CreateSessionInput!) {
    createSession(input: $input) {
      __typename
      ... on CreateSessionSuccess { session { id name } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_SESSION_PREVIEW = graphql(
  `
  query UpdateSessionPreview($input: UpdateSessionInput!) {
    preview: updateSessionPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_SESSION = graphql(`
  mutation UpdateSession($input: UpdateSessionInput!) {
    updateSession(input: $input) {
      __typename
      ... on UpdateSessionSuccess { session { id name } }
      ... on UserError { code message }
    }
  }
`);

export const END_SESSION_PREVIEW = graphql(
  `
  query EndSessionPreview($input: EndSessionInput!) {
    preview: endSessionPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const END_SESSION = graphql(`
  mutation EndSession($input: EndSessionInput!) {
    endSession(input: $input) {
      __typename
      ... on EndSessionSuccess { session { id } }
      ... on UserError { code message }
    }
  }
`);

export type SessionFacts = ResultOf<typeof SESSIONS>["sessions"]["nodes"][number];
