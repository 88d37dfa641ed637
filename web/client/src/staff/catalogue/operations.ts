import { graphql, type ResultOf } from "../../graphql";
import { EFFECT } from "./acting/effects";

export const CLASSES = graphql(`
  query Classes($search: String, $after: String) {
    offerings(filter: { search: $search }, first: 40, after: $after) {
      nodes {
        id
        name
        kind
        capacity
        location { id name timeZone }
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
        minAgeMonths
        maxAgeMonths
        gender
        location { id name timeZone }
        program { id name }
        sessions { id name startsOn endsOn }
        instructors { id firstName lastName }
        timeslots { id weekday startsOn endsOn startTime durationMinutes room }
      }
    }
  }
`);

export const NEXT_DATES = graphql(`
  query NextDates($id: ID!, $from: Date!, $to: Date!) {
    node(id: $id) {
      ... on Offering {
        occurrences(from: $from, to: $to, includeNotScheduled: false, first: 8) {
          nodes { id date startsAt state location { id name timeZone } }
        }
      }
    }
  }
`);

export const CREATE_TIMESLOT_PREVIEW = graphql(
  `
  query CreateTimeslotPreview($input: CreateTimeslotInput!) {
    preview: createTimeslotPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const CREATE_TIMESLOT = graphql(`
  mutation CreateTimeslot($input: CreateTimeslotInput!) {
    createTimeslot(input: $input) {
      __typename
      ... on CreateTimeslotSuccess { __typename }
      ... on UserError { code message }
    }
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

export type ClassFacts = Extract<ResultOf<typeof CLASS>["node"], { timeslots: unknown }>;
export type TimeslotFacts = ClassFacts["timeslots"][number];
