/** The pages and their addresses; gql/client_pages.py serves the same. */

export type Place =
  | { readonly page: "day"; readonly date: string | null }
  | { readonly page: "sheet"; readonly id: string }
  | { readonly page: "invitation" | "forgotten" | "reset" }
  | { readonly page: "unknown" };

export function placeOf(path: string): Place {
  const [first, second, ...more] = path.split("/").filter(part => part !== "");
  if (first === undefined) return { page: "day", date: null };
  if (first === "days" && second !== undefined && more.length === 0 && isDate(second)) {
    return { page: "day", date: second };
  }
  if (first === "sheets" && second !== undefined && more.length === 0) {
    return { page: "sheet", id: decodeURIComponent(second) };
  }
  if (second !== undefined) return { page: "unknown" };
  if (first === "accept-invitation") return { page: "invitation" };
  if (first === "reset-password") return { page: "reset" };
  if (first === "forgot-password") return { page: "forgotten" };
  return { page: "unknown" };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T12:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
