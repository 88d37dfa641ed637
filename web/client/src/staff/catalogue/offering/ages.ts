interface Ages {
  readonly minAgeMonths: number | null;
  readonly maxAgeMonths: number | null;
}

/** "From 6 months to 4 years". Null when all ages are admitted. */
export function ageWords({ minAgeMonths, maxAgeMonths }: Ages): string | null {
  if (minAgeMonths === null && maxAgeMonths === null) return null;
  if (maxAgeMonths === null) return `From ${monthWords(minAgeMonths ?? 0)}`;
  if (minAgeMonths === null) return `Up to ${monthWords(maxAgeMonths)}`;
  return `From ${monthWords(minAgeMonths)} to ${monthWords(maxAgeMonths)}`;
}

function monthWords(months: number): string {
  const years = Math.floor(months / 12);
  const rest = months % 12;
  const parts: string[] = [];
  if (years > 0) parts.push(`${years} ${years === 1 ? "year" : "years"}`);
  if (rest > 0 || years === 0) parts.push(`${rest} ${rest === 1 ? "month" : "months"}`);
  return parts.join(" ");
}
