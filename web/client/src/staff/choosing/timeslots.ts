import { plainDate, timeOfDay } from "../../parts/times";

interface TimeslotFacts {
  readonly weekday: number | null;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  readonly startTime: string;
}

const WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

export function weekdayWord(weekday: number): string {
  return WEEKDAYS[weekday - 1] ?? "";
}

/** "Mondays at 5:00 PM", or the date of an appointment, or the dates of a camp. */
export function timeslotWords({ weekday, startsOn, endsOn, startTime }: TimeslotFacts): string {
  const at = `at ${timeOfDay(startTime)}`;
  if (weekday !== null) return `${weekdayWord(weekday)} ${at}`;
  if (startsOn === null) return at;
  if (endsOn === null || endsOn === startsOn) return `${plainDate(startsOn)} ${at}`;
  return `${plainDate(startsOn)} to ${plainDate(endsOn)} ${at}`;
}
