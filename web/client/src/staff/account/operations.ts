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

export const SECOND_FACTOR = graphql(`
  query SecondFactor {
    secondFactor { confirmedAt recoveryCodesLeft isRequired }
  }
`);

export const BEGIN_SECOND_FACTOR = graphql(`
  mutation BeginSecondFactor($input: StartSecondFactorInput!) {
    startSecondFactor(input: $input) {
      __typename
      ... on StartSecondFactorSuccess { secret uri }
      ... on UserError { code message }
    }
  }
`);

export const TURN_ON_SECOND_FACTOR = graphql(`
  mutation TurnOnSecondFactor($input: ConfirmSecondFactorInput!) {
    confirmSecondFactor(input: $input) {
      __typename
      ... on ConfirmSecondFactorSuccess { recoveryCodes }
      ... on UserError { code message }
    }
  }
`);

export const RENEW_RECOVERY_CODES = graphql(`
  mutation RenewRecoveryCodes($input: RenewRecoveryCodesInput!) {
    renewRecoveryCodes(input: $input) {
      __typename
      ... on RenewRecoveryCodesSuccess { recoveryCodes }
      ... on UserError { code message }
    }
  }
`);

export const REMOVE_SECOND_FACTOR = graphql(`
  mutation RemoveSecondFactor($input: RemoveSecondFactorInput!) {
    removeSecondFactor(input: $input) {
      __typename
      ... on RemoveSecondFactorSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export type SignInFacts = ResultOf<typeof SIGN_INS>["signIns"]["nodes"][number];
