import { graphql, type ResultOf } from "../../../graphql";
import { EFFECT } from "../acting/effects";

export const PROGRAMS = graphql(`
  query Programs {
    programs {
      id
      name
      blackoutSchedule { id name }
      plannedBlackoutSchedule { blackoutSchedule { id name } from }
    }
    blackoutSchedules { id name }
  }
`);

export const CREATE_PROGRAM = graphql(`
  mutation CreateProgram($input: CreateProgramInput!) {
    createProgram(input: $input) {
      __typename
      ... on CreateProgramSuccess { program { id name } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_PROGRAM_PREVIEW = graphql(
  `
  query UpdateProgramPreview($input: UpdateProgramInput!) {
    preview: updateProgramPreview(input: $input) { ...Effect }
  }
`,
  [EFFECT],
);

export const UPDATE_PROGRAM = graphql(`
  mutation UpdateProgram($input: UpdateProgramInput!) {
    updateProgram(input: $input) {
      __typename
      ... on UpdateProgramSuccess { program { id name } }
      ... on UserError { code message }
    }
  }
`);

export const END_PROGRAM = graphql(`
  mutation EndProgram($input: EndProgramInput!) {
    endProgram(input: $input) {
      __typename
      ... on EndProgramSuccess { program { id } }
      ... on UserError { code message }
    }
  }
`);

type Answer = ResultOf<typeof PROGRAMS>;
export type ClosureCalendar = Answer["blackoutSchedules"][number];

export type ProgramFacts = Answer["programs"][number];
