import type { Desk } from "./operations";
import { may, type PermissionName } from "./permissions";
import { type Place, placeOf } from "./router";

interface Section {
  readonly to: string;
  readonly word: string;
  /** Any of these opens it. Empty: everybody of the staff. */
  readonly needs: readonly PermissionName[];
}

const SECTIONS: readonly Section[] = [
  { to: "/", word: "Day", needs: [] },
  { to: "/dashboard", word: "Dashboard", needs: [] },
  { to: "/families", word: "Families", needs: ["MANAGE_PEOPLE"] },
  { to: "/classes", word: "Classes", needs: ["MANAGE_CATALOGUE"] },
  { to: "/tasks", word: "Tasks", needs: [] },
  { to: "/reports", word: "Reports", needs: ["SEE_REPORTS"] },
];

/** The parts of the pages that the viewer can use, for the navigation. */
export function sectionsFor(desk: Desk): readonly Section[] {
  return SECTIONS.filter(({ needs }) => needs.length === 0 || may(desk, ...needs));
}

export function isWithin(path: string, { to }: Section): boolean {
  if (to === "/") return path === "/" || path.startsWith("/days/") || path.startsWith("/sheets/");
  return path === to || path.startsWith(`${to}/`);
}

const LIVE: ReadonlySet<Place["page"]> = new Set(["day", "sheet", "dashboard", "tasks"]);

/** Whether a page shows changes of others as they happen. Other pages need no connection that lasts. */
export function isLive(path: string): boolean {
  return LIVE.has(placeOf(path).page);
}
