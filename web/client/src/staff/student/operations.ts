import { graphql, type ResultOf } from "../../graphql";

export const STUDENT = graphql(`
  query Student($id: ID!) {
    student(id: $id) {
      id
      firstName
      lastName
      birthOn
      gender
      rollSheetComment
      medicalAlert
      family { id name email guardians { id firstName lastName email } }
    }
  }
`);

export const UPDATE_STUDENT = graphql(`
  mutation UpdateStudent($input: UpdateStudentInput!) {
    updateStudent(input: $input) {
      __typename
      ... on UpdateStudentSuccess { student { id } }
      ... on UserError { code message }
    }
  }
`);

export const NOTES = graphql(`
  query Notes($id: ID!, $open: Boolean, $after: String) {
    student(id: $id) {
      allNotes(open: $open, first: 20, after: $after) {
        nodes { id level body writtenAt closedAt writtenBy { id firstName lastName } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const ADD_NOTE = graphql(`
  mutation AddNote($input: AddStudentNoteInput!) {
    addStudentNote(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const CLOSE_NOTE = graphql(`
  mutation CloseNote($input: CloseStudentNoteInput!) {
    closeStudentNote(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export type StudentFacts = NonNullable<ResultOf<typeof STUDENT>["student"]>;
export type Note = NonNullable<ResultOf<typeof NOTES>["student"]>["allNotes"]["nodes"][number];
