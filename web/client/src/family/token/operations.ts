import { graphql, type ResultOf } from "../../graphql";
import { CLASS } from "../operations";

export const TOKEN = graphql(
  `
  fragment Token on MakeupToken @_unmask {
    id
    state
    origin
    issuedOn
    expiresOn
    comment
    location { id name }
    program { id name }
    missedOccurrence { ...Class }
    makeup { id startsOn offering { name location { name } } timeslot { startTime room } }
    request { id occurrence { ...Class } }
  }
`,
  [CLASS],
);

export const ONE_TOKEN = graphql(
  `
  query FamilyToken($id: ID!) {
    viewer {
      __typename
      ... on GuardianViewer { booksMakeups givesBackMakeups }
    }
    locations { id name timeZone }
    node(id: $id) {
      __typename
      ... on MakeupToken {
        ...Token
        student { id firstName lastName }
      }
    }
  }
`,
  [TOKEN],
);

export const FIND = graphql(
  `
  query FindMakeups($tokenId: ID!, $from: Date!, $to: Date!, $after: String) {
    eligibleMakeups(tokenId: $tokenId, from: $from, to: $to, first: 100, after: $after) {
      nodes { openings occurrence { ...Class } }
      pageInfo { hasNextPage endCursor }
    }
  }
`,
  [CLASS],
);

export const BOOK = graphql(`
  mutation BookMakeup($input: RedeemMakeupTokenInput!) {
    redeemMakeupToken(input: $input) {
      __typename
      ... on RedeemMakeupTokenSuccess { makeupToken { id state } }
      ... on UserError { message code }
    }
  }
`);

export const ASK_FOR = graphql(`
  mutation AskForMakeup($input: RequestMakeupInput!) {
    requestMakeup(input: $input) {
      __typename
      ... on RequestMakeupSuccess { makeupRequest { id state } }
      ... on UserError { message code }
    }
  }
`);

export const GIVE_BACK = graphql(`
  mutation GiveMakeupBack($input: GiveBackMakeupInput!) {
    giveBackMakeup(input: $input) {
      __typename
      ... on GiveBackMakeupSuccess { makeupToken { id state } }
      ... on UserError { message code }
    }
  }
`);

export const WITHDRAW = graphql(`
  mutation WithdrawRequest($input: WithdrawMakeupRequestInput!) {
    withdrawMakeupRequest(input: $input) {
      __typename
      ... on WithdrawMakeupRequestSuccess { makeupRequest { id state } }
      ... on UserError { message code }
    }
  }
`);

type Answer = ResultOf<typeof ONE_TOKEN>;
export type Token = ResultOf<typeof TOKEN>;
export type OneToken = Extract<NonNullable<Answer["node"]>, { __typename: "MakeupToken" }>;
export type Place = Answer["locations"][number];
export type Opening = ResultOf<typeof FIND>["eligibleMakeups"]["nodes"][number];
