import { graphql, type ResultOf } from "../../graphql";

export const FIND_OFFERINGS = graphql(`
  query FindOfferings($search: String) {
    offerings(filter: { search: $search }, first: 50) {
      nodes {
        id
        name
        kind
        endsOn
        location { id name timeZone }
        timeslots { id weekday startsOn endsOn startTime durationMinutes }
      }
      pageInfo { hasNextPage }
    }
  }
`);

export type OfferingChoice = ResultOf<typeof FIND_OFFERINGS>["offerings"]["nodes"][number];
export type TimeslotFacts = OfferingChoice["timeslots"][number];
