import { graphql } from "../../../graphql";

export const MERGE_FAMILIES_PREVIEW = graphql(`
  query MergeFamiliesPreview($fromId: ID!, $intoId: ID!) {
    preview: mergeFamiliesPreview(fromId: $fromId, intoId: $intoId) { seen counts { name count } }
  }
`);

export const MERGE_FAMILIES = graphql(`
  mutation MergeFamilies($input: MergeFamiliesInput!) {
    mergeFamilies(input: $input) {
      __typename
      ... on MergeFamiliesSuccess { family { id } }
      ... on UserError { code message }
    }
  }
`);
