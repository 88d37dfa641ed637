/** What a kiosk says to families. */
import { clockTime } from "../parts/times";
import type { Lesson } from "./operations";
import type { KioskRefusal } from "./sending";

const DESK = "Please ask at the front desk.";

export function reasonWords(reason: Lesson["noCheckInReason"], opensAt: string | null, zone: string): string {
  switch (reason) {
    case "NOT_HELD":
      return "The class is cancelled today.";
    case "CHECKED_IN":
      return "✓ Checked in";
    case "TOO_EARLY":
      return opensAt === null ? "Check-in opens later." : `Check-in opens at ${clockTime(opensAt, zone)}.`;
    case "TOO_LATE":
      return `Check-in has closed. ${DESK}`;
    case "READ_ONLY":
      return `Check-in is switched off here. ${DESK}`;
    default:
      return DESK;
  }
}

const REFUSED: Readonly<Record<string, string>> = {
  ATTENDANCE_NOT_RECORDABLE: "The class is cancelled today.",
  KIOSK_READ_ONLY: `Check-in is switched off here. ${DESK}`,
  OUTSIDE_CHECK_IN_WINDOW: `It is too early or too late to check in. ${DESK}`,
};

export function refusedWords({ code }: KioskRefusal): string {
  return REFUSED[code] ?? `This did not work. ${DESK}`;
}
