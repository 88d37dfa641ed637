import { graphql, type ResultOf } from "../../graphql";

export const SIGN_INS = graphql(`
  query SignIns($after: String) {
    signIns(first: 30, after: $after) {
      nodes { id portal device lastUsedAt isCurrent }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const END_SIGN_IN = graphql(`
  mutation EndSignIn($input: EndSignInInput!) {
    endSignIn(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const CHANGE_PASSWORD = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      __typename
      ... on ChangePasswordSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export type SignInFacts = ResultOf<typeof SIGN_INS>["signIns"]["nodes"][number];
