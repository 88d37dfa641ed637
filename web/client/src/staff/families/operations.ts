import { graphql, type ResultOf } from "../../graphql";

export const FAMILIES = graphql(`
  query Families($search: String, $after: String) {
    families(search: $search, first: 30, after: $after) {
      nodes { id name email phone students { id firstName lastName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const FAMILY = graphql(`
  query Family($id: ID!) {
    family(id: $id) {
      id
      name
      email
      phone
      students { id firstName lastName enrollments { id type offering { name } } }
      guardians { id firstName lastName email phones }
    }
  }
`);

export const REGISTER_FAMILY = graphql(`
  mutation RegisterFamily($input: RegisterFamilyInput!) {
    registerFamily(input: $input) {
      __typename
      ... on RegisterFamilySuccess { family { id } }
      ... on UserError { code message }
      ... on PossibleDuplicates { duplicates { reason familyId familyName studentId } }
    }
  }
`);

export const INVITE_GUARDIAN = graphql(`
  mutation InviteGuardian($input: InviteGuardianInput!) {
    inviteGuardian(input: $input) {
      __typename
      ... on InviteGuardianSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_FAMILY = graphql(`
  mutation UpdateFamily($input: UpdateFamilyInput!) {
    updateFamily(input: $input) {
      __typename
      ... on UpdateFamilySuccess { family { id } }
      ... on UserError { code message }
    }
  }
`);

export const CREATE_STUDENT = graphql(`
  mutation CreateStudent($input: CreateStudentInput!) {
    createStudent(input: $input) {
      __typename
      ... on CreateStudentSuccess { student { id } }
      ... on UserError { code message }
    }
  }
`);

export const CREATE_GUARDIAN = graphql(`
  mutation CreateGuardian($input: CreateGuardianInput!) {
    createGuardian(input: $input) {
      __typename
      ... on CreateGuardianSuccess { guardian { id } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_GUARDIAN = graphql(`
  mutation UpdateGuardian($input: UpdateGuardianInput!) {
    updateGuardian(input: $input) {
      __typename
      ... on UpdateGuardianSuccess { guardian { id } }
      ... on UserError { code message }
    }
  }
`);

export const END_GUARDIAN = graphql(`
  mutation EndGuardian($input: EndGuardianInput!) {
    endGuardian(input: $input) {
      __typename
      ... on EndGuardianSuccess { guardian { id } }
      ... on UserError { code message }
    }
  }
`);

export type FamilyFacts = NonNullable<ResultOf<typeof FAMILY>["family"]>;
export type GuardianFacts = FamilyFacts["guardians"][number];
export type ChildFacts = FamilyFacts["students"][number];
