/** The pages and their addresses; gql/client_pages.py serves the same. */
import { decoded } from "../parts/navigation";

export type Place =
  | { readonly page: "home" }
  | { readonly page: "child" | "token"; readonly id: string }
  | { readonly page: "invitation" | "forgotten" | "reset" }
  | { readonly page: "unknown" };

const HOME = "/family";
const PLAIN: Record<string, Place> = {
  [HOME]: { page: "home" },
  [`${HOME}/accept-invitation`]: { page: "invitation" },
  [`${HOME}/reset-password`]: { page: "reset" },
  [`${HOME}/forgot-password`]: { page: "forgotten" },
};

export function placeOf(path: string): Place {
  const plain = PLAIN[path.replace(/\/$/, "")];
  if (plain !== undefined) return plain;
  const [, , folder, id, ...more] = path.split("/");
  if (id === undefined || id === "" || more.length > 0) return { page: "unknown" };
  if (folder === "children") return { page: "child", id: decoded(id) };
  if (folder === "tokens") return { page: "token", id: decoded(id) };
  return { page: "unknown" };
}

export const home = HOME;
export const childAddress = (id: string): string => `${HOME}/children/${encodeURIComponent(id)}`;
export const tokenAddress = (id: string): string => `${HOME}/tokens/${encodeURIComponent(id)}`;
