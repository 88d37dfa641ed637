/** The IANA zones that this browser knows, for choosing one. The API knows which there are. */
export function zones(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "America/New York", as somebody reads it. */
export function zoneWords(zone: string): string {
  return zone.replaceAll("_", " ");
}
