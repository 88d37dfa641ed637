import { graphql } from "../../graphql";

export const FIND_STUDENTS = graphql(`
  query FindStudents($search: String) {
    students(search: $search, first: 12) {
      nodes { id firstName lastName birthOn }
      pageInfo { hasNextPage }
    }
  }
`);
