import { graphql, type ResultOf } from "../../graphql";
import { ATTENDED, CLASS } from "../operations";

export const HOME = graphql(
  `
  query FamilyHome {
    viewer {
      __typename
      ... on GuardianViewer {
        students {
          id
          firstName
          lastName
          today { ...Attended }
          nextOccurrences(first: 3) { ...Class }
          enrollments { id type waitlistPosition placeOffer { state } }
          makeupTokenGroups { usableHere { id } requested { id } pending { id } }
        }
      }
    }
  }
`,
  [ATTENDED, CLASS],
);

type Answer = ResultOf<typeof HOME>;
export type Child = Extract<Answer["viewer"], { __typename: "GuardianViewer" }>["students"][number];
