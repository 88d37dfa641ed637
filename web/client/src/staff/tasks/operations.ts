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

export const FOLLOW_TASKS = graphql(
  `
  subscription FollowTasks($after: String) {
    backgroundTasksChanged(after: $after) {
      kind
      cursor
      backgroundTasks { ...Task }
      deletedIds
    }
  }
`,
  [TASK],
);

export const TASK_DETAILS = graphql(`
  query TaskDetails($id: ID!) {
    node(id: $id) {
      ... on BackgroundTask {
        exceptions(first: 100) {
          nodes { position title message student { id firstName lastName } }
          pageInfo { hasNextPage }
        }
        withheldEmails(first: 100) {
          nodes { family { id name } }
          pageInfo { hasNextPage }
        }
      }
    }
  }
`);

export const CANCEL_TASK = graphql(`
  mutation CancelTask($input: CancelBackgroundTaskInput!) {
    cancelBackgroundTask(input: $input) {
      __typename
      ... on CancelBackgroundTaskSuccess { backgroundTask { id } }
      ... on UserError { code message }
    }
  }
`);

export const DELETE_TASK = graphql(`
  mutation DeleteTask($input: DeleteBackgroundTaskInput!) {
    deleteBackgroundTask(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export const SEND_WITHHELD = graphql(`
  mutation SendWithheld($input: SendWithheldEmailsInput!) {
    sendWithheldEmails(input: $input) {
      __typename
      ... on UserError { code message }
    }
  }
`);

export type Task = ResultOf<typeof TASK>;
