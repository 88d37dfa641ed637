import { graphql, type ResultOf } from "../../graphql";

export const WAIT = graphql(`
  fragment Wait on Enrollment @_unmask {
    id
    type
    offering { id name location { id name timeZone } }
    timeslot { id weekday startTime }
    waitlistPosition
    placeOffer { state startsOn holdsUntil }
  }
`);

export const ACCEPT_PLACE = graphql(`
  mutation AcceptPlace($input: AcceptPlaceInput!) {
    acceptPlace(input: $input) {
      __typename
      ... on AcceptPlaceSuccess { enrollment { id startsOn } }
      ... on UserError { message code }
    }
  }
`);

export const DECLINE_PLACE = graphql(`
  mutation DeclinePlace($input: DeclinePlaceInput!) {
    declinePlace(input: $input) {
      __typename
      ... on DeclinePlaceSuccess { enrollment { id } }
      ... on UserError { message code }
    }
  }
`);

export type Wait = ResultOf<typeof WAIT>;
