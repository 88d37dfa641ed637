import { graphql, type ResultOf } from "../../graphql";

export const TASK = graphql(`
  fragment Task on BackgroundTask @_unmask {
    id
    revision
    kind
    state
    done
    total
    exceptionCount
    createdBy { id firstName lastName }
    createdAt
    endedAt
    error
    report { summary emailsWithheld }
  }
`);

export const FOLLOW_TASK = graphql(
  `
  subscription FollowTask($id: ID!, $after: Int) {
    backgroundTaskChanged(id: $id, afterRevision: $after) { ...Task }
  }
`,
  [TASK],
);

export type Task = ResultOf<typeof TASK>;
