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

const TYPE_IT = "Type your telephone number, or ask at the front desk.";
const CAMERA: Readonly<Record<string, string>> = {
  NotAllowedError: `This page may not use the camera. Staff can allow it in the browser. ${TYPE_IT}`,
  NotFoundError: `This device has no camera. ${TYPE_IT}`,
  NotReadableError: `Another program uses the camera. ${TYPE_IT}`,
  SecurityError: `The browser lets no page use the camera at an address without HTTPS. ${TYPE_IT}`,
};

/** Why no code can be read with the camera. */
export function cameraWords(fault: unknown): string {
  const words = fault instanceof DOMException ? CAMERA[fault.name] : undefined;
  return words ?? `The camera does not work. ${TYPE_IT}`;
}

const REFUSED: Readonly<Record<string, string>> = {
  ATTENDANCE_NOT_RECORDABLE: "The class is cancelled today.",
  KIOSK_READ_ONLY: `Check-in is switched off here. ${DESK}`,
  OUTSIDE_CHECK_IN_WINDOW: `It is too early or too late to check in. ${DESK}`,
};

export function refusedWords({ code }: KioskRefusal): string {
  return REFUSED[code] ?? `This did not work. ${DESK}`;
}
