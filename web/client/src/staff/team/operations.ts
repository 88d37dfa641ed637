import { graphql, type ResultOf } from "../../graphql";

const GROUP = graphql(`
  fragment Group on PermissionGroup @_unmask { id name permissions memberCount }
`);

const ACCOUNT = graphql(`
  fragment Account on StaffAccount @_unmask {
    staffMember { id firstName lastName }
    email
    permissions
    heldPermissions
    groups { id name permissions }
    hasPassword
    endedAt
    endsOn
    invitation { id email expiresAt }
  }
`);

export const STAFF = graphql(
  `
  query Staff($search: String, $ended: Boolean, $after: String) {
    staff(search: $search, ended: $ended, first: 40, after: $after) {
      nodes { ...Account }
      pageInfo { hasNextPage endCursor }
    }
  }
`,
  [ACCOUNT],
);

export const STAFF_ACCOUNT = graphql(
  `
  query StaffAccount($id: ID!) {
    staffAccount(id: $id) { ...Account }
  }
`,
  [ACCOUNT],
);

/** What the viewer may give and take: permissions that the viewer holds, in any portal. */
export const GRANTING = graphql(
  `
  query Granting($viewerId: ID!) {
    staffAccount(id: $viewerId) { heldPermissions }
    permissionGroups { ...Group }
  }
`,
  [GROUP],
);

export const INVITE_STAFF = graphql(`
  mutation InviteStaff($input: InviteStaffInput!) {
    inviteStaff(input: $input) {
      __typename
      ... on InviteStaffSuccess { invitation { id } }
      ... on UserError { code message }
    }
  }
`);

export const REVOKE_INVITATION = graphql(`
  mutation RevokeInvitation($input: RevokeInvitationInput!) {
    revokeInvitation(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const SEND_PASSWORD_RESET = graphql(`
  mutation SendPasswordReset($input: SendPasswordResetInput!) {
    sendPasswordReset(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const RESET_SECOND_FACTOR = graphql(`
  mutation ResetSecondFactor($input: ResetSecondFactorInput!) {
    resetSecondFactor(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_STAFF = graphql(`
  mutation UpdateStaff($input: UpdateStaffInput!) {
    updateStaff(input: $input) {
      __typename
      ... on UpdateStaffSuccess { staff { email } }
      ... on UserError { code message }
    }
  }
`);

export const END_STAFF = graphql(`
  mutation EndStaff($input: EndStaffInput!) {
    endStaff(input: $input) {
      __typename
      ... on EndStaffSuccess { staff { endedAt endsOn } }
      ... on UserError { code message }
    }
  }
`);

export const RESTORE_STAFF = graphql(`
  mutation RestoreStaff($input: RestoreStaffInput!) {
    restoreStaff(input: $input) {
      __typename
      ... on RestoreStaffSuccess { staff { endedAt } }
      ... on UserError { code message }
    }
  }
`);

export const CREATE_GROUP = graphql(`
  mutation CreatePermissionGroup($input: CreatePermissionGroupInput!) {
    createPermissionGroup(input: $input) {
      __typename
      ... on CreatePermissionGroupSuccess { permissionGroup { id } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_GROUP = graphql(`
  mutation UpdatePermissionGroup($input: UpdatePermissionGroupInput!) {
    updatePermissionGroup(input: $input) {
      __typename
      ... on UpdatePermissionGroupSuccess { permissionGroup { id } }
      ... on UserError { code message }
    }
  }
`);

export const DELETE_GROUP = graphql(`
  mutation DeletePermissionGroup($input: DeletePermissionGroupInput!) {
    deletePermissionGroup(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export type Account = ResultOf<typeof ACCOUNT>;
export type Group = ResultOf<typeof GROUP>;
