import { dayDate } from "../../../parts/times";
import type { LocationFacts } from "./operations";

/** The IANA zones that this browser knows, for choosing one. The API knows which there are. */
export function zones(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

/** The zone of most locations, or of the browser while there are none. */
export function likelyZone(locations: readonly { readonly timeZone: string }[]): string {
  const counts = new Map<string, number>();
  for (const { timeZone } of locations) counts.set(timeZone, (counts.get(timeZone) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? ownZone();
}

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "America/New York", as somebody reads it. */
export function zoneWords(zone: string): string {
  return zone.replaceAll("_", " ");
}

/** The zone of a location, and the one that is planned for it: "America/New York, from 1 March Europe/Vienna". */
export function zonesOf({ timeZone, plannedTimeZone }: LocationFacts): string {
  const now = zoneWords(timeZone);
  return plannedTimeZone === null
    ? now
    : `${now}, from ${dayDate(plannedTimeZone.from)} ${zoneWords(plannedTimeZone.timeZone)}`;
}
