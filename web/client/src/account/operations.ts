import { graphql } from "../graphql";

export const SESSION = graphql(`
  fragment Session on SignInSuccess @_unmask {
    accessToken
    expiresAt
    refreshToken
    refreshExpiresAt
  }
`);

export const REFRESH = graphql(
  `
  mutation Refresh($token: String!) {
    refreshSession(input: { refreshToken: $token }) {
      __typename
      ... on SignInSuccess { ...Session }
      ... on UserError { message }
    }
  }
`,
  [SESSION],
);

export const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut(input: {}) {
      __typename
    }
  }
`);

export const SIGN_IN = graphql(
  `
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      __typename
      ... on SignInSuccess { ...Session }
      ... on UserError { message }
      ... on SignInRefused { reason }
      ... on SecondFactorRequired {
        challenge
      }
      ... on SecondFactorSetupRequired {
        challenge
      }
      ... on OrganizationChoiceRequired { organizations { organizationId name } }
    }
  }
`,
  [SESSION],
);

export const CHECK_LINK = graphql(`
  query CheckAccountLink($purpose: AccountLinkPurpose!, $token: String!) {
    checkAccountLink(purpose: $purpose, token: $token) { isValid linkReason message }
  }
`);

export const ACCEPT = graphql(`
  mutation AcceptInvitation($token: String!, $password: String!) {
    acceptInvitation(input: { token: $token, password: $password }) {
      __typename
      ... on AcceptInvitationSuccess { email organizationName }
      ... on UserError { message }
    }
  }
`);

export const RESET = graphql(`
  mutation ResetPassword($token: String!, $password: String!) {
    resetPassword(input: { token: $token, password: $password }) {
      __typename
      ... on ResetPasswordSuccess { email organizationName }
      ... on UserError { message }
    }
  }
`);

export const FORGOTTEN = graphql(`
  mutation ForgottenPassword($email: String!) {
    requestPasswordReset(input: { email: $email }) {
      __typename
      ... on RequestPasswordResetSuccess { email }
      ... on UserError { message }
    }
  }
`);

export const COMPLETE = graphql(
  `
  mutation CompleteSignIn($challenge: String!, $code: String!) {
    completeSignIn(input: { challenge: $challenge, code: $code }) {
      __typename
      ... on SignInSuccess { ...Session }
      ... on UserError { message }
    }
  }
`,
  [SESSION],
);

export const START_SECOND_FACTOR = graphql(`
  mutation StartSecondFactor($challenge: String!) {
    startSecondFactor(input: { challenge: $challenge }) {
      __typename
      ... on StartSecondFactorSuccess { secret uri }
      ... on UserError { message }
    }
  }
`);

export const CONFIRM_SECOND_FACTOR = graphql(
  `
  mutation ConfirmSecondFactor($challenge: String!, $code: String!) {
    confirmSecondFactor(input: { challenge: $challenge, code: $code }) {
      __typename
      ... on ConfirmSecondFactorSuccess { recoveryCodes session { ...Session } }
      ... on UserError { message }
    }
  }
`,
  [SESSION],
);
