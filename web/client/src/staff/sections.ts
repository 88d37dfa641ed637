import { lackingFor } from "./access";
import type { Desk } from "./operations";
import { type Place, placeOf } from "./router";

interface Section {
  readonly to: string;
  readonly word: string;
  /** Whether it is used so seldom that it stands in the menu alone, also where the bar has room. */
  readonly isSeldom?: true;
  /** Other addresses below which its pages are. */
  readonly also?: readonly string[];
}

const CATALOGUE = ["/sessions", "/closures", "/programs", "/locations"];

const SECTIONS: readonly Section[] = [
  { to: "/", word: "Day" },
  { to: "/dashboard", word: "Dashboard" },
  { to: "/families", word: "Families" },
  { to: "/classes", word: "Classes", also: CATALOGUE },
  { to: "/tasks", word: "Tasks" },
  { to: "/reports", word: "Reports" },
  { to: "/staff", word: "Staff", isSeldom: true },
  { to: "/settings", word: "Settings", isSeldom: true },
];

/** The parts of the pages that the viewer can use, for the navigation. */
export function sectionsFor(desk: Desk): readonly Section[] {
  return SECTIONS.filter(({ to }) => lackingFor(placeOf(to).page, desk).length === 0);
}

export function isWithin(path: string, { to, also = [] }: Section): boolean {
  if (to === "/") return path === "/" || path.startsWith("/days/") || path.startsWith("/sheets/");
  return [to, ...also].some(one => path === one || path.startsWith(`${one}/`));
}

const LIVE: ReadonlySet<Place["page"]> = new Set(["day", "sheet", "dashboard", "tasks"]);

/** Whether a page shows changes of others as they happen. Other pages need no connection that lasts. */
export function isLive(path: string): boolean {
  return LIVE.has(placeOf(path).page);
}
