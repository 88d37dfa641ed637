import { graphql, type ResultOf } from "../../../graphql";

/** What a preview of a change answers: the effect, or why the change would be refused. */
export const EFFECT = graphql(`
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
      recordedOccurrenceCount
      recordedMakeupTokenCount
      studentCount
      familyCount
      toldFamilyCount
      occurrences { kind offeringId offeringName before { date startsAt } after { date startsAt } }
    }
    ... on UserError { code message }
  }
`);

export type CatalogueEffect = ResultOf<typeof EFFECT>;
export type Counted = Extract<CatalogueEffect, { appearingCount: number }>;
