import { graphql, type ResultOf } from "../../../graphql";
import { EFFECT } from "../acting/effects";

export const CALENDARS = graphql(`
  query ClosureCalendars {
    blackoutSchedules { id name programIds }
    programs { id name }
  }
`);

export const CLOSURES = graphql(`
  query Closures($after: String) {
    blackoutDates(first: 100, after: $after) {
      nodes { id blackoutScheduleId startsOn endsOn scope label }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const CREATE_CALENDAR = graphql(`
  mutation CreateCalendar($input: CreateBlackoutScheduleInput!) {
    createBlackoutSchedule(input: $input) {
      __typename
      ... on CreateBlackoutScheduleSuccess { blackoutSchedule { id name } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_CALENDAR = graphql(`
  mutation UpdateCalendar($input: UpdateBlackoutScheduleInput!) {
    updateBlackoutSchedule(input: $input) {
      __typename
      ... on UpdateBlackoutScheduleSuccess { blackoutSchedule { id name } }
      ... on UserError { code message }
    }
  }
`);

export const END_CALENDAR = graphql(`
  mutation EndCalendar($input: EndBlackoutScheduleInput!) {
    endBlackoutSchedule(input: $input) {
      __typename
      ... on EndBlackoutScheduleSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const CREATE_CLOSURE_PREVIEW = graphql(
  `
  query CreateClosurePreview($input: CreateBlackoutDateInput!) {
    preview: createBlackoutDatePreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const CREATE_CLOSURE = graphql(`
  mutation CreateClosure($input: CreateBlackoutDateInput!) {
    createBlackoutDate(input: $input) {
      __typename
      ... on CreateBlackoutDateSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_CLOSURE_PREVIEW = graphql(
  `
  query UpdateClosurePreview($input: UpdateBlackoutDateInput!) {
    preview: updateBlackoutDatePreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_CLOSURE = graphql(`
  mutation UpdateClosure($input: UpdateBlackoutDateInput!) {
    updateBlackoutDate(input: $input) {
      __typename
      ... on UpdateBlackoutDateSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

export const END_CLOSURE_PREVIEW = graphql(
  `
  query EndClosurePreview($input: EndBlackoutDateInput!) {
    preview: endBlackoutDatePreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const END_CLOSURE = graphql(`
  mutation EndClosure($input: EndBlackoutDateInput!) {
    endBlackoutDate(input: $input) {
      __typename
      ... on EndBlackoutDateSuccess { __typename }
      ... on UserError { code message }
    }
  }
`);

type Answer = ResultOf<typeof CALENDARS>;
export type CalendarFacts = Answer["blackoutSchedules"][number];
export type ClosureFacts = ResultOf<typeof CLOSURES>["blackoutDates"]["nodes"][number];

/** The names of the programs that follow a calendar. */
export function followersOf({ programIds }: CalendarFacts, programs: Answer["programs"]): readonly string[] {
  return programs.filter(one => programIds.includes(one.id)).map(one => one.name);
}
