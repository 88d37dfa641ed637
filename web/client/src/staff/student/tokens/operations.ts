import { graphql, type ResultOf } from "../../../graphql";
import { ACTOR } from "../../sheet/operations";

export const TOKEN = graphql(`
  fragment Token on MakeupToken @_unmask {
    id
    state
    origin
    comment
    issuedOn
    expiresOn
    location { id name }
    program { id name }
    missedOccurrence { id date offering { id name } }
    makeup { id startsOn offering { id name } }
  }
`);

export const TOKENS = graphql(
  `
  query StudentTokens($id: ID!) {
    student(id: $id) {
      makeupTokenGroups {
        usableHere { ...Token }
        requested { ...Token }
        pending { ...Token }
        spent { ...Token }
        expired { ...Token }
      }
      ahead: makeupTokens(states: [SCHEDULED], first: 50) { nodes { ...Token } }
      gone: makeupTokens(states: [REVOKED, DELETED], first: 50) { nodes { ...Token } }
    }
    programs { id name isDeleted }
  }
`,
  [TOKEN],
);

export const LEDGER = graphql(
  `
  query TokenLedger($id: ID!) {
    node(id: $id) {
      ... on MakeupToken {
        ledger { act message enteredAt source enteredBy { ...Actor } }
      }
    }
  }
`,
  [ACTOR],
);

export const DECISIONS = graphql(`
  query TokenDecisions($id: ID!, $after: String) {
    student(id: $id) {
      makeupTokenDecisions(first: 20, after: $after) {
        nodes {
          status
          outcome
          message
          dueAt
          facts { name value }
          occurrence { id date offering { id name } location { id timeZone } }
          entries { message enteredAt }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const TOKEN_DEFAULTS = graphql(`
  query TokenDefaults($studentId: ID!) {
    tokenDefaults(studentId: $studentId) { issueOn expiresOn neverExpires familiesSeeComments }
  }
`);

export const CREATE_TOKENS = graphql(`
  mutation CreateTokens($input: CreateMakeupTokensInput!) {
    createMakeupTokens(input: $input) {
      __typename
      ... on CreateMakeupTokensSuccess { tokenCount emailCount emailsWithoutAddress }
      ... on UserError { code message }
    }
  }
`);

export const EDIT_TOKEN = graphql(`
  mutation EditToken($input: EditMakeupTokenInput!) {
    editMakeupToken(input: $input) {
      __typename
      ... on EditMakeupTokenSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const RESET_TOKEN = graphql(`
  mutation ResetToken($input: ResetMakeupTokenInput!) {
    resetMakeupToken(input: $input) {
      __typename
      ... on ResetMakeupTokenSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const DELETE_TOKEN = graphql(`
  mutation DeleteToken($input: DeleteMakeupTokenInput!) {
    deleteMakeupToken(input: $input) {
      __typename
      ... on DeleteMakeupTokenSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export type Token = ResultOf<typeof TOKEN>;
export type Program = ResultOf<typeof TOKENS>["programs"][number];
export type Decision = NonNullable<ResultOf<typeof DECISIONS>["student"]>["makeupTokenDecisions"]["nodes"][number];
export type Defaults = ResultOf<typeof TOKEN_DEFAULTS>["tokenDefaults"];
