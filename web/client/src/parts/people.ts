import type { Actor } from "../staff/sheet/operations";

export function actorName(actor: Actor | null): string {
  if (actor === null) return "the system";
  return actor.__typename === "Kiosk" ? actor.name : `${actor.firstName} ${actor.lastName}`;
}

export function initials(firstName: string, lastName: string): string {
  const first = [...firstName.trim()][0] ?? "";
  const last = [...lastName.trim()][0] ?? "";
  return `${first}${last}`.toUpperCase();
}

/** One of eight tints, always the same for one person. */
export function tint(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 8191;
  return sum % 8;
}
