import { dayDate, plainDate, timeOfDay } from "../../parts/times";

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

/** Since or until when it meets, where that is not simply now: "from Jan 11, 2027 on". Null when there is nothing to say. */
export function timeslotDates({ weekday, startsOn, endsOn }: TimeslotFacts, today: string): string | null {
  if (weekday === null) return null;
  if (endsOn !== null && endsOn < today) return `ended on ${dayDate(endsOn)}`;
  const from = startsOn !== null && startsOn > today ? `from ${dayDate(startsOn)} on` : null;
  const until = endsOn === null ? null : `until ${dayDate(endsOn)}`;
  return [from, until].filter(Boolean).join(" ") || null;
}

/** Whether it meets on no day any more. */
export function hasEnded({ endsOn }: TimeslotFacts, today: string): boolean {
  return endsOn !== null && endsOn < today;
}

/** When an offering meets, with the times that have not ended, or with all where all have. */
export function meetingWords(timeslots: readonly TimeslotFacts[], today: string): string {
  const now = timeslots.filter(one => !hasEnded(one, today));
  return (now.length > 0 ? now : timeslots)
    .map(one => [timeslotWords(one), timeslotDates(one, today)].filter(Boolean).join(" "))
    .join(", ");
}
