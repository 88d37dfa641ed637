import { graphql, type ResultOf } from "../../graphql";

export const CLASSES = graphql(`
  query Classes($search: String, $after: String) {
    offerings(filter: { search: $search }, first: 40, after: $after) {
      nodes {
        id
        name
        kind
        capacity
        location { id name }
        timeslots { id weekday startsOn endsOn startTime }
        instructors { id firstName lastName }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CLASS = graphql(`
  query Class($id: ID!) {
    node(id: $id) {
      ... on Offering {
        id
        name
        kind
        capacity
        startsOn
        endsOn
        location { id name timeZone }
        program { id name }
        sessions { id name startsOn endsOn }
        instructors { id firstName lastName }
        timeslots { id weekday startsOn endsOn startTime durationMinutes room }
      }
    }
  }
`);

const EFFECT = graphql(`
  fragment Effect on CataloguePreview @_unmask {
    __typename
    ... on CatalogueEffect {
      appearingCount
      disappearingCount
      movingCount
      placesChangedCount
      overfullCount
      throughOn
      enrollmentCount
      endedEnrollmentCount
      makeupCount
      studentCount
      familyCount
      toldFamilyCount
    }
    ... on UserError { code message }
  }
`);

export const UPDATE_TIMESLOT_PREVIEW = graphql(
  `
  query UpdateTimeslotPreview($input: UpdateTimeslotInput!) {
    preview: updateTimeslotPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_TIMESLOT = graphql(`
  mutation UpdateTimeslot($input: UpdateTimeslotInput!) {
    updateTimeslot(input: $input) {
      __typename
      ... on UpdateTimeslotSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const END_TIMESLOT_PREVIEW = graphql(
  `
  query EndTimeslotPreview($input: EndTimeslotInput!) {
    preview: endTimeslotPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const END_TIMESLOT = graphql(`
  mutation EndTimeslot($input: EndTimeslotInput!) {
    endTimeslot(input: $input) {
      __typename
      ... on EndTimeslotSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_CLASS_PREVIEW = graphql(
  `
  query UpdateClassPreview($input: UpdateOfferingInput!) {
    preview: updateOfferingPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_CLASS = graphql(`
  mutation UpdateClass($input: UpdateOfferingInput!) {
    updateOffering(input: $input) {
      __typename
      ... on UpdateOfferingSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export type CatalogueEffect = ResultOf<typeof EFFECT>;
export type ClassFacts = Extract<ResultOf<typeof CLASS>["node"], { timeslots: unknown }>;
export type TimeslotFacts = ClassFacts["timeslots"][number];
