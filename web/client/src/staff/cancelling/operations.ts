import { graphql, type ResultOf } from "../../graphql";

export const CANCELLATION_PREVIEW = graphql(`
  query CancellationPreview($input: CancelOccurrencesInput!) {
    cancellationPreview(input: $input) {
      occurrenceCount
      studentCount
      tokensToCreate
      noTokensReason
      leftOut { student { id firstName lastName } message }
      leftOutCount
      tokensToRevoke
      tokensToFlag
      makeupsToGiveBack
      overLimitCount
      emailCount
      withoutAddress { student { id firstName lastName } }
      withoutAddressCount
      notCancellable { message }
    }
  }
`);

export const CANCEL_OCCURRENCES = graphql(`
  mutation CancelOccurrences($input: CancelOccurrencesInput!) {
    cancelOccurrences(input: $input) {
      __typename
      ... on CancelOccurrencesSuccess { backgroundTaskId }
      ... on UserError { code message }
    }
  }
`);

export const RESTORE_OCCURRENCE = graphql(`
  mutation RestoreOccurrence($input: RestoreOccurrenceInput!) {
    restoreOccurrence(input: $input) {
      __typename
      ... on RestoreOccurrenceSuccess {
        revokedTokens { id }
        usedTokens { id student { id firstName lastName } }
        returnedTokens { id }
        makeupsGivenBack { id }
      }
      ... on UserError { code message }
    }
  }
`);

export type CancellationPreview = ResultOf<typeof CANCELLATION_PREVIEW>["cancellationPreview"];
