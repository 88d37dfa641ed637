import { graphql } from "../../../graphql";
import { EFFECT } from "../acting/effects";

export const OFFERING_CHOICES = graphql(`
  query OfferingChoices {
    locations { id name timeZone }
    programs { id name }
  }
`);

export const TEACHERS = graphql(`
  query Teachers($search: String, $after: String) {
    staffMembers(search: $search, first: 100, after: $after) {
      nodes { id firstName lastName }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CREATE_OFFERING_PREVIEW = graphql(
  `
  query CreateOfferingPreview($input: CreateOfferingInput!) {
    preview: createOfferingPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const CREATE_OFFERING = graphql(`
  mutation CreateOffering($input: CreateOfferingInput!) {
    createOffering(input: $input) {
      __typename
      ... on CreateOfferingSuccess { offering { id } }
      ... on UserError { code message }
    }
  }
`);

export const END_OFFERING_PREVIEW = graphql(
  `
  query EndOfferingPreview($input: EndOfferingInput!) {
    preview: endOfferingPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const END_OFFERING = graphql(`
  mutation EndOffering($input: EndOfferingInput!) {
    endOffering(input: $input) {
      __typename
      ... on EndOfferingSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);
