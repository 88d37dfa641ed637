/** The pages and their addresses; gql/client_pages.py serves the same. */
import { decoded } from "../parts/navigation";

export type Place =
  | { readonly page: "day"; readonly date: string | null }
  | { readonly page: "sheet" | "student" | "family" | "class" | "carryOver" | "staffMember"; readonly id: string }
  | {
      readonly page:
        | "dashboard"
        | "account"
        | "reports"
        | "tasks"
        | "families"
        | "newFamily"
        | "staff"
        | "groups"
        | "settings";
    }
  | { readonly page: "classes" | "newOffering" | "sessions" | "closures" | "programs" | "locations" }
  | { readonly page: "invitation" | "forgotten" | "reset" }
  | { readonly page: "unknown" };

/** Each address, and the page that it shows. A part that begins with a colon stands for any text, which the page gets. */
const ADDRESSES: readonly (readonly [string, (given: string) => Place])[] = [
  ["/", () => ({ page: "day", date: null })],
  ["/days/:date", date => (isDate(date) ? { page: "day", date } : { page: "unknown" })],
  ["/sheets/:id", id => ({ page: "sheet", id })],
  ["/students/:id", id => ({ page: "student", id })],
  ["/dashboard", () => ({ page: "dashboard" })],
  ["/families", () => ({ page: "families" })],
  ["/families/new", () => ({ page: "newFamily" })],
  ["/families/:id", id => ({ page: "family", id })],
  ["/classes", () => ({ page: "classes" })],
  ["/classes/new", () => ({ page: "newOffering" })],
  ["/classes/:id", id => ({ page: "class", id })],
  ["/staff", () => ({ page: "staff" })],
  ["/staff/groups", () => ({ page: "groups" })],
  ["/staff/:id", id => ({ page: "staffMember", id })],
  ["/settings", () => ({ page: "settings" })],
  ["/sessions", () => ({ page: "sessions" })],
  ["/sessions/:id/carry-over", id => ({ page: "carryOver", id })],
  ["/closures", () => ({ page: "closures" })],
  ["/programs", () => ({ page: "programs" })],
  ["/locations", () => ({ page: "locations" })],
  ["/account", () => ({ page: "account" })],
  ["/tasks", () => ({ page: "tasks" })],
  ["/reports", () => ({ page: "reports" })],
  ["/accept-invitation", () => ({ page: "invitation" })],
  ["/reset-password", () => ({ page: "reset" })],
  ["/forgot-password", () => ({ page: "forgotten" })],
];

export function placeOf(path: string): Place {
  const parts = partsOf(path);
  for (const [address, placeFor] of ADDRESSES) {
    const pattern = partsOf(address);
    if (pattern.length !== parts.length) continue;
    if (pattern.every((part, at) => part.startsWith(":") || part === parts[at])) {
      const given = pattern.findIndex(part => part.startsWith(":"));
      return placeFor(decoded(parts[given] ?? ""));
    }
  }
  return { page: "unknown" };
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter(part => part !== "");
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
