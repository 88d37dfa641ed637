/** Refusals in a family's words. `UserError.code` names them; where a code has no words here, the API's serve. */
const WORDS: Readonly<Record<string, string>> = {
  ABSENCE_REQUESTS_OFF: "Absences cannot be reported here. Please call the office.",
  "EXPECTED_ABSENCE_NOT_POSSIBLE IN_THE_PAST": "That day is over.",
  "EXPECTED_ABSENCE_NOT_POSSIBLE TOO_MANY_DAYS": "That is too long for one report. Split it into shorter ones.",
  "EXPECTED_ABSENCE_NOT_POSSIBLE TOO_FAR_AHEAD": "That is too far ahead.",
  "EXPECTED_ABSENCE_NOT_POSSIBLE TOO_MANY": "Too many absences are reported already. Please call the office.",
  ABSENCE_ALREADY_REPORTED: "This absence is reported already.",
  EXPECTED_ABSENCE_SETTLED: "This absence was settled meanwhile.",
  MAKEUP_APPROVAL_REQUIRED: "The office decides about makeups now. Send a request instead.",
  MAKEUP_APPROVAL_NOT_REQUIRED: "You can book makeups yourself now. Open this page again.",
  MAKEUP_TOKEN_NOT_USABLE: "This token is used already.",
  MAKEUP_TOKEN_NOT_YET_ISSUED: "This token cannot be used yet.",
  MAKEUP_TOKEN_EXPIRED: "This token has expired.",
  MAKEUP_PROGRAM_DELETED: "The program of this token has ended. Please ask the office for help.",
  MAKEUP_AT_OTHER_LOCATION: "This token is for another location.",
  MAKEUP_IN_OTHER_PROGRAM: "This token is for another program.",
  MAKEUP_NOT_A_CLASS: "Only classes can be made up.",
  MAKEUP_NOT_HELD: "This class does not take place on that day.",
  MAKEUP_BEGUN: "This class has begun.",
  MAKEUP_TOO_LATE: "It is too late for this class. Choose a later one.",
  MAKEUP_BEYOND_HORIZON: "This class is too far ahead. Choose an earlier one.",
  STUDENT_AGE_UNKNOWN: "The class has age limits, and the office does not know your child's birthday. Please tell it.",
  STUDENT_TOO_YOUNG: "Your child is too young for this class.",
  STUDENT_TOO_OLD: "Your child is too old for this class.",
  STUDENT_GENDER_NOT_ADMITTED: "This class is not open to your child.",
  ALREADY_ENROLLED: "Your child has a place in this class already.",
  OFFERING_FULL: "Somebody else has just taken the last place. Choose another class.",
  PLACE_NOT_OFFERED: "This place is not offered any more.",
  PLACE_OFFER_OVER: "The time to answer is over, and the place has gone to the next in line.",
  ENROLLMENT_ENDED: "Your child does not wait for this class any more.",
  GIVING_BACK_NOT_ALLOWED: "Makeups cannot be given back here. Please call the office.",
  GIVING_BACK_TOO_LATE: "It is too late to give this makeup back. Please call the office.",
  MAKEUP_ATTENDED: "Your child has attended this makeup.",
  MAKEUP_TOKEN_NOT_CHANGEABLE: "This makeup has been given back already.",
  MAKEUP_REQUEST_SETTLED: "The office has decided about this request meanwhile.",
};

interface Refusal {
  readonly message: string;
  readonly code?: string;
  readonly absenceReason?: string;
}

export function plain({ message, code = "", absenceReason }: Refusal): string {
  return WORDS[`${code} ${absenceReason}`] ?? WORDS[code] ?? message;
}
