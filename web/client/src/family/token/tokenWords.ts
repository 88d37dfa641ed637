import { shortDate, timeOfDay } from "../../parts/times";
import type { Token } from "./operations";

/** What the token was given for: "Swim 2, missed on Mon, Nov 9". */
export function reason(token: Token): string {
  const missed = token.missedOccurrence;
  if (missed !== null) {
    const verb = token.origin === "CANCELLATION" ? "cancelled" : "missed";
    return `${missed.offering.name}, ${verb} on ${shortDate(missed.date)}`;
  }
  return token.origin === "MANUAL" ? "From the office" : "A class that was missed";
}

export function where(token: Token): string {
  const program = token.program === null ? "" : `${token.program.name}, `;
  const location = token.location === null ? "any location" : token.location.name;
  return `${program}${location}`;
}

export function until(token: Token): string {
  return token.expiresOn === null ? "Never expires" : `Book by ${shortDate(token.expiresOn)}`;
}

/** What the token is used for, if it is: "Swim 2 on Mon, Nov 23 at 5:00 PM, Main Street". */
export function use(token: Token): string | null {
  if (token.makeup !== null) {
    const { offering, startsOn, timeslot } = token.makeup;
    const time = timeslot === null ? "" : ` at ${timeOfDay(timeslot.startTime)}`;
    return `${offering.name} on ${shortDate(startsOn)}${time}, ${offering.location.name}`;
  }
  const asked = token.request?.occurrence ?? null;
  return asked === null ? null : `${asked.offering.name} on ${shortDate(asked.date)}, ${asked.location.name}`;
}
