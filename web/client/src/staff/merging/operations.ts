import { graphql, type ResultOf } from "../../graphql";

export const MERGE_EFFECT = graphql(`
  fragment MergeEffect on MergePreview @_unmask {
    seen
    counts { name count }
    sharedMarks { occurrenceId date fromStatus intoStatus mustBeChosen }
    usedTokenIds
  }
`);

export const SAME_FAMILIES = graphql(`
  query SameFamilies($search: String!) {
    same: families(search: $search, first: 6) {
      nodes { id name email phone students { id firstName } }
    }
  }
`);

export const MERGE_FAMILIES_PREVIEW = graphql(
  `
  query MergeFamiliesPreview($fromId: ID!, $intoId: ID!) {
    preview: mergeFamiliesPreview(fromId: $fromId, intoId: $intoId) { ...MergeEffect }
  }
`,
  [MERGE_EFFECT],
);

export const MERGE_FAMILIES = graphql(`
  mutation MergeFamilies($input: MergeFamiliesInput!) {
    mergeFamilies(input: $input) {
      __typename
      ... on MergeFamiliesSuccess { family { id } }
      ... on UserError { code message }
    }
  }
`);

export const MERGE_GUARDIANS_PREVIEW = graphql(
  `
  query MergeGuardiansPreview($fromId: ID!, $intoId: ID!) {
    preview: mergeGuardiansPreview(fromId: $fromId, intoId: $intoId) { ...MergeEffect }
  }
`,
  [MERGE_EFFECT],
);

export const MERGE_GUARDIANS = graphql(`
  mutation MergeGuardians($input: MergeGuardiansInput!) {
    mergeGuardians(input: $input) {
      __typename
      ... on MergeGuardiansSuccess { guardian { id } }
      ... on UserError { code message }
    }
  }
`);

export const SAME_STUDENTS = graphql(`
  query SameStudents($search: String!) {
    same: students(search: $search, first: 6) {
      nodes { id firstName lastName birthOn family { id name } }
    }
  }
`);

export const MERGE_STUDENTS_PREVIEW = graphql(
  `
  query MergeStudentsPreview($fromId: ID!, $intoId: ID!) {
    preview: mergeStudentsPreview(fromId: $fromId, intoId: $intoId) { ...MergeEffect }
  }
`,
  [MERGE_EFFECT],
);

export const SHARED_CLASSES = graphql(`
  query SharedClasses($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Occurrence { id offering { name } }
    }
  }
`);

export const MERGE_STUDENTS = graphql(`
  mutation MergeStudents($input: MergeStudentsInput!) {
    mergeStudents(input: $input) {
      __typename
      ... on MergeStudentsSuccess { student { id } }
      ... on UserError { code message }
    }
  }
`);

export type MergeEffect = ResultOf<typeof MERGE_EFFECT>;
export type SharedMark = MergeEffect["sharedMarks"][number];
/** Whose mark stays, by the id of the occurrence. */
export type Kept = Readonly<Record<string, "FROM" | "INTO">>;
