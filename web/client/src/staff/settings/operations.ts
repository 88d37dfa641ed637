import { graphql, type ResultOf } from "../../graphql";

const ALL = graphql(`
  fragment AllSettings on Settings @_unmask {
    classes {
      officeCheckInMode
      birthdayWindowDays
      markAbsentWhenNobodyChecksIn
      consecutiveAbsencesNotice
      placeOfferHours
    }
    staffPortal { staffCheckInMode staffSeesBalances }
    kiosk { kioskReadOnly kioskEarlyMinutes kioskLateMinutes kioskMarksTardy }
    absences {
      guardiansMayRequestAbsences
      autoApproveAbsences
      autoExcuseAbsences
      absenceNoticeMinutes
      absenceNoticeInHours
    }
    makeupTokens {
      tokensEnabled
      tokenTrigger
      earningTypes
      tokenLimit
      tokenLimitPeriod
      tokenLimitScope
      expiryUnit
      expiryCount
      expiryAnchor
      ignoreLocationLock
      familiesSeeComments
      familiesSeeExpired
      autoApproveMakeups
      familiesMayGiveBackMakeups
      makeupHorizonDays
      makeupLatestBookingMinutes
      expireAfterLastDropDays
      returnedTokenDays
    }
    security { secondFactorRequired }
  }
`);

export const SETTINGS = graphql(
  `
  query AllSettings {
    settings { ...AllSettings }
  }
`,
  [ALL],
);

export const SETTINGS_CHANGES = graphql(`
  query SettingsChanges($after: String) {
    settings {
      changes(first: 20, after: $after) {
        nodes {
          changedAt
          changedBy { id firstName lastName }
          settings { setting before after }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const UPDATE_CLASS_SETTINGS = graphql(`
  mutation UpdateClassSettings($input: UpdateClassSettingsInput!) {
    updateClassSettings(input: $input) {
      __typename
      ... on UpdateClassSettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_STAFF_PORTAL_SETTINGS = graphql(`
  mutation UpdateStaffPortalSettings($input: UpdateStaffPortalSettingsInput!) {
    updateStaffPortalSettings(input: $input) {
      __typename
      ... on UpdateStaffPortalSettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_KIOSK_SETTINGS = graphql(`
  mutation UpdateKioskSettings($input: UpdateKioskSettingsInput!) {
    updateKioskSettings(input: $input) {
      __typename
      ... on UpdateKioskSettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_ABSENCE_SETTINGS = graphql(`
  mutation UpdateAbsenceSettings($input: UpdateAbsenceSettingsInput!) {
    updateAbsenceSettings(input: $input) {
      __typename
      ... on UpdateAbsenceSettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_MAKEUP_TOKEN_SETTINGS = graphql(`
  mutation UpdateMakeupTokenSettings($input: UpdateMakeupTokenSettingsInput!) {
    updateMakeupTokenSettings(input: $input) {
      __typename
      ... on UpdateMakeupTokenSettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export const UPDATE_SECURITY_SETTINGS = graphql(`
  mutation UpdateSecuritySettings($input: UpdateSecuritySettingsInput!) {
    updateSecuritySettings(input: $input) {
      __typename
      ... on UpdateSecuritySettingsSuccess { changed { setting } }
      ... on UserError { code message }
    }
  }
`);

export type AllSettings = ResultOf<typeof ALL>;
export type SectionName = keyof AllSettings;
export type SettingsChange = ResultOf<typeof SETTINGS_CHANGES>["settings"]["changes"]["nodes"][number];
