/** Dates and times, always in the zone of the location that they are about. */

export function clockTime(instant: string, timeZone: string): string {
  return format(timeZone, { hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

export function dateTime(instant: string, timeZone: string): string {
  return format(timeZone, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(
    new Date(instant),
  );
}

/** "Monday, November 30" of a date such as 2026-11-30. */
export function longDate(date: string): string {
  return format("UTC", { weekday: "long", day: "numeric", month: "long" }).format(new Date(`${date}T12:00:00Z`));
}

/** "Mon, Nov 30" of a date such as 2026-11-30. */
export function shortDate(date: string): string {
  return format("UTC", { weekday: "short", day: "numeric", month: "short" }).format(new Date(`${date}T12:00:00Z`));
}

/** "5:00 PM" of a local time such as 17:00. */
export function timeOfDay(time: string): string {
  return clockTime(`2000-01-01T${time.slice(0, 5)}:00Z`, "UTC");
}

/** "Mon, Nov 30, 2026" of a date such as 2026-11-30. */
export function plainDate(date: string): string {
  const options = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  return format("UTC", options).format(new Date(`${date}T12:00:00Z`));
}

/** "Nov 30, 2026" of a date such as 2026-11-30. */
export function dayDate(date: string): string {
  const options = { day: "numeric", month: "short", year: "numeric" } as const;
  return format("UTC", options).format(new Date(`${date}T12:00:00Z`));
}

export function todayIn(timeZone: string, now: Date = new Date()): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(now);
}

export function daysAfter(date: string, days: number): string {
  const moved = new Date(`${date}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat("en-US", { timeZone, ...options });
  formats.set(key, found);
  return found;
}
