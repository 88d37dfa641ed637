import type { SessionKeeper } from "@rollbook/client";

export type PortalName = "OFFICE" | "STAFF" | "CUSTOMER";

/** What signing in needs to know about the entry at which somebody stands. */
export interface Door {
  readonly session: SessionKeeper;
  /** Where the entry's pages begin. */
  readonly home: string;
  /** The address of the page for forgotten passwords. */
  readonly forgotten: string;
  readonly title: string;
  /** The portals that can be entered here. One person may have an account in each. */
  readonly portals: readonly [PortalName, ...PortalName[]];
}

export const PORTAL_WORDS: Record<PortalName, string> = { OFFICE: "Office", STAFF: "Staff", CUSTOMER: "Family" };
