/** The operations that several pages share. Those of one page stand beside its components. */
import { graphql, type ResultOf } from "../graphql";

export const VIEWER = graphql(`
  query Viewer {
    viewer {
      __typename
      ... on StaffViewer {
        name
        portal
        permissions
        staffMember { id }
        organization { id name }
      }
    }
    locations { id name timeZone }
    settings {
      classes { officeCheckInMode }
      staffPortal { staffCheckInMode }
    }
  }
`);

type Answer = ResultOf<typeof VIEWER>;
export type StaffViewer = Extract<Answer["viewer"], { __typename: "StaffViewer" }>;
export type Location = Answer["locations"][number];

/** The person who is signed in, and what the pages need to know about their business. */
export interface Desk {
  readonly viewer: StaffViewer;
  readonly locations: readonly Location[];
  /** Whether students are marked one by one, and not by submitting a whole sheet. */
  readonly checkInMode: boolean;
  /** Whether the viewer may record attendance at all. */
  readonly mayRecord: boolean;
}

export function deskOf(answer: Answer): Desk | null {
  const { viewer, locations, settings } = answer;
  if (viewer?.__typename !== "StaffViewer") return null;
  const isOffice = viewer.portal === "OFFICE";
  const full = isOffice ? "OFFICE_ATTENDANCE_FULL" : "STAFF_ATTENDANCE_FULL";
  return {
    viewer,
    locations,
    checkInMode: isOffice ? settings.classes.officeCheckInMode : settings.staffPortal.staffCheckInMode,
    mayRecord: viewer.permissions.some(one => one === full || one === "OWNER"),
  };
}
