import { graphql } from "../../graphql";
import { SESSION } from "../operations";

export const SIGN_IN = graphql(
  `
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      __typename
      ... on SignInSuccess { ...Session }
      ... on UserError { message }
      ... on OrganizationChoiceRequired { organizations { organizationId name } }
    }
  }
`,
  [SESSION],
);

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
