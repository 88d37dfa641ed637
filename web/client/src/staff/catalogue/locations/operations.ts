import { graphql, type ResultOf } from "../../../graphql";
import { EFFECT } from "../acting/effects";

export const LOCATIONS = graphql(`
  query Locations {
    locations { id name timeZone plannedTimeZone { timeZone from } }
  }
`);

export const CREATE_LOCATION = graphql(`
  mutation CreateLocation($input: CreateLocationInput!) {
    createLocation(input: $input) {
      __typename
      ... on CreateLocationSuccess { location { id name } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_LOCATION_PREVIEW = graphql(
  `
  query UpdateLocationPreview($input: UpdateLocationInput!) {
    preview: updateLocationPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_LOCATION = graphql(`
  mutation UpdateLocation($input: UpdateLocationInput!) {
    updateLocation(input: $input) {
      __typename
      ... on UpdateLocationSuccess { location { id name } }
      ... on UserError { code message }
    }
  }
`);

export const END_LOCATION = graphql(`
  mutation EndLocation($input: EndLocationInput!) {
    endLocation(input: $input) {
      __typename
      ... on EndLocationSuccess { location { id } }
      ... on UserError { code message }
    }
  }
`);

export type LocationFacts = ResultOf<typeof LOCATIONS>["locations"][number];
