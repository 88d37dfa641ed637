/** What the pages say when the server refuses an act, by the name of the refusal and its reason. */

interface Refused {
  readonly code: string;
  readonly reason: string | null;
  /** The server's own sentence, for refusals that these pages do not know. */
  readonly message: string;
}

const AGAIN = "Then mark again.";

const WORDS: Readonly<Record<string, string>> = {
  "ATTENDANCE_NOT_RECORDABLE NOT_SCHEDULED": "The class does not meet on this date.",
  "ATTENDANCE_NOT_RECORDABLE CLOSED": "The date is closed.",
  "ATTENDANCE_NOT_RECORDABLE CANCELLED": "The class was cancelled.",
  "ATTENDANCE_NOT_RECORDABLE IN_THE_FUTURE": "Attendance can be taken when the day has come.",
  "CAPTURED_TIME_NOT_POSSIBLE AHEAD": `The clock of this device is ahead. Set it. ${AGAIN}`,
  "CAPTURED_TIME_NOT_POSSIBLE BEFORE_DAY": `By the clock of this device, it was marked before the day of the class. Set the clock. ${AGAIN}`,
  "CAPTURED_TIME_NOT_POSSIBLE TOO_OLD": "It was marked more than a week ago. Mark again if it is still right.",
  CHECK_IN_MODE_OFF: "Check-in mode has been switched off. Choose the mark again and submit it.",
  STUDENT_NOT_ON_ROSTER: "The student is not on this roll sheet any more.",
  PERMISSION_DENIED: "You may not record this any more.",
  FORBIDDEN: "You may not record this any more.",
  NOT_FOUND: "The class does not exist any more, or you may not see it any more.",
  NOT_UNDERSTOOD: `The server did not understand it. Reload this page. ${AGAIN}`,
  BAD_USER_INPUT: `The server did not understand it. Reload this page. ${AGAIN}`,
  INTERNAL: "The server failed. Mark again, and tell the office if it fails again.",
};

export function refusalWords({ code, reason, message }: Refused): string {
  return WORDS[`${code} ${reason}`] ?? WORDS[code] ?? message;
}
