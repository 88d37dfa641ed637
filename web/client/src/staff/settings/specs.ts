/** Each setting of the business in plain words: what it does, its unit, and the values that it can have. */
import { TYPE_WORDS } from "../../parts/enrollmentTypes";
import type { AllSettings, SectionName } from "./operations";

export type Value = boolean | number | string | readonly string[] | null;
export type Values = Readonly<Record<string, Value>>;

interface Told {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** Whether the setting has an effect beside these values of the others. Left out: always. */
  readonly isShown?: (values: Values) => boolean;
}

export type Spec = Told &
  (
    | { readonly kind: "switch" }
    | {
        readonly kind: "number" | "minutes";
        readonly unit?: string;
        readonly least: number;
        readonly most: number | ((values: Values) => number);
        /** What it means when the field is empty. Left out: it must not be empty. */
        readonly empty?: string;
      }
    | { readonly kind: "choice"; readonly choices: readonly (readonly [string, string])[] }
    | { readonly kind: "several"; readonly choices: readonly (readonly [string, string])[] }
  );

export interface Section {
  readonly name: SectionName;
  readonly title: string;
  readonly specs: readonly Spec[];
}

type SpecOf<Name extends SectionName> = Spec & { readonly name: keyof AllSettings[Name] };

function section<Name extends SectionName>(name: Name, title: string, specs: readonly SpecOf<Name>[]): Section {
  return { name, title, specs };
}

const EARNING = (["ACTIVE", "TRIAL", "SINGLE_DAY", "MAKEUP"] as const).map(one => [one, TYPE_WORDS[one]] as const);
const hasLimit = (values: Values) => values["tokenLimit"] !== null;
const MOST_OF_UNIT: Readonly<Record<string, number>> = { DAYS: 3650, WEEKS: 520, MONTHS: 120 };
const isCounted = (values: Values) => String(values["expiryUnit"]) in MOST_OF_UNIT;

const CLASSES = section("classes", "Classes and the office", [
  {
    name: "officeCheckInMode",
    kind: "switch",
    label: "Check-in mode in the Office Portal",
    hint: "Students are marked one at a time, and each tap counts at once. As soon as one student is present, all who are not marked are absent by default. Today’s absences earn their makeup tokens after the class.",
  },
  {
    name: "markAbsentWhenNobodyChecksIn",
    kind: "switch",
    label: "Everybody is absent when nobody is marked",
    hint: "At the end of the day, all students of a roll sheet become absent by default, also when nobody on it was marked.",
  },
  {
    name: "consecutiveAbsencesNotice",
    kind: "number",
    unit: "absences in a row",
    least: 1,
    most: 100,
    empty: "no e-mail",
    label: "Write to the family after",
    hint: "The family gets one e-mail when a student has missed this many dates of a class in a row without excuse. Empty: no e-mail.",
  },
  {
    name: "placeOfferHours",
    kind: "number",
    unit: "hours",
    least: 1,
    most: 720,
    empty: "not offered by itself",
    label: "Hold a free place for the waitlist for",
    hint: "A place that becomes free is offered to the next student on the waitlist at once, and the family gets an e-mail. Empty: the office offers places itself.",
  },
  {
    name: "birthdayWindowDays",
    kind: "number",
    unit: "days before and after",
    least: 0,
    most: 31,
    label: "Show birthdays",
    hint: "Roll sheets show a birthday for this many days before and after it. 0: on the birthday alone.",
  },
]);

const STAFF_PORTAL = section("staffPortal", "Staff Portal", [
  {
    name: "staffCheckInMode",
    kind: "switch",
    label: "Check-in mode in the Staff Portal",
    hint: "As in the Office Portal, and independent of it.",
  },
  {
    name: "staffSeesBalances",
    kind: "switch",
    label: "Show what families owe in the Staff Portal",
    hint: "Only staff with the permission “See balances” see it.",
  },
]);

const KIOSK = section("kiosk", "Kiosks", [
  {
    name: "kioskReadOnly",
    kind: "switch",
    label: "Kiosks only show who is expected",
    hint: "Kiosks then accept no check-ins.",
  },
  {
    name: "kioskEarlyMinutes",
    kind: "minutes",
    least: 0,
    most: 1440,
    empty: "from midnight on",
    label: "Check-in begins before the class by",
    hint: "Empty: check-in is possible from midnight on.",
  },
  {
    name: "kioskLateMinutes",
    kind: "minutes",
    least: 0,
    most: 1440,
    empty: "until the day ends",
    label: "Check-in ends after the start by",
    hint: "Empty: check-in is possible until the day ends.",
  },
  {
    name: "kioskMarksTardy",
    kind: "switch",
    label: "A check-in after the start counts as tardy",
    hint: "A check-in exactly at the start is on time.",
  },
]);

const ABSENCES = section("absences", "Absences that families report", [
  {
    name: "guardiansMayRequestAbsences",
    kind: "switch",
    label: "Families report absences beforehand",
    hint: "Off: only staff enter expected absences.",
  },
  {
    name: "autoApproveAbsences",
    kind: "switch",
    label: "Reported absences are approved at once",
    hint: "Off: the office decides about each.",
  },
  {
    name: "autoExcuseAbsences",
    kind: "switch",
    label: "Absences that are approved at once are excused",
    hint: "A late report is never excused without a decision of the office.",
    isShown: values => values["autoApproveAbsences"] === true,
  },
  {
    name: "absenceNoticeMinutes",
    kind: "minutes",
    least: 0,
    most: 86400,
    label: "A report is on time before the start by",
    hint: "0: until the class starts. Whole days are days of the calendar: two days before Monday 5:00 PM is Saturday 5:00 PM.",
  },
  {
    name: "absenceNoticeInHours",
    kind: "switch",
    label: "Count whole days in hours",
    hint: "Two days are then 48 hours, also across a clock change.",
  },
]);

const MAKEUP_TOKENS = section("makeupTokens", "Makeup tokens", [
  {
    name: "tokensEnabled",
    kind: "switch",
    label: "Absences earn makeup tokens",
    hint: "Off: absences earn no new tokens. Tokens that exist can still be used, and staff can still create tokens.",
  },
  {
    name: "tokenTrigger",
    kind: "choice",
    choices: [
      ["ALL_ABSENCES", "All absences"],
      ["EXCUSED_ONLY", "Excused absences only"],
    ],
    label: "Which absences earn a token",
    hint: "An unused token whose absence does not earn one any more is revoked when its mark is next changed.",
    isShown: values => values["tokensEnabled"] === true,
  },
  {
    name: "earningTypes",
    kind: "several",
    choices: EARNING,
    label: "Enrollments whose absences earn tokens",
    hint: "The same enrollments get tokens when a class is cancelled. Choose at least one.",
  },
  {
    name: "tokenLimit",
    kind: "number",
    unit: "tokens",
    least: 1,
    most: 1000,
    empty: "no limit",
    label: "Limit of tokens that absences earn",
    hint: "Tokens that staff create and those of cancelled classes are not counted. Empty: no limit.",
  },
  {
    name: "tokenLimitPeriod",
    kind: "choice",
    choices: [
      ["OUTSTANDING", "Tokens that can still be used"],
      ["MONTH", "Calendar month"],
      ["YEAR", "Calendar year"],
      ["SESSION", "Session of the class"],
    ],
    label: "The limit counts the tokens of a",
    hint: "By the date of the missed class.",
    isShown: hasLimit,
  },
  {
    name: "tokenLimitScope",
    kind: "choice",
    choices: [
      ["STUDENT", "All classes of a student together"],
      ["ENROLLMENT", "Each enrollment by itself"],
    ],
    label: "The limit counts",
    hint: "A student in two classes earns twice as many when each enrollment counts by itself.",
    isShown: hasLimit,
  },
  {
    name: "expiryUnit",
    kind: "choice",
    choices: [
      ["DAYS", "For some days"],
      ["WEEKS", "For some weeks"],
      ["MONTHS", "For some months"],
      ["END_OF_SESSION", "Until the session of the missed class ends"],
      ["NEVER", "Without end"],
    ],
    label: "New tokens can be used",
    hint: "Tokens that exist keep their last day.",
  },
  {
    name: "expiryCount",
    kind: "number",
    unit: "days, weeks or months, as chosen above",
    least: 1,
    most: values => MOST_OF_UNIT[String(values["expiryUnit"])] ?? 3650,
    label: "For how many",
    hint: "The token can be used until the end of its last day.",
    isShown: isCounted,
  },
  {
    name: "expiryAnchor",
    kind: "choice",
    choices: [
      ["ISSUE", "The day on which the token is made"],
      ["MISSED_CLASS", "The date of the missed class"],
    ],
    label: "Counted from",
    hint: "Tokens that staff create always count from the day on which they are made.",
    isShown: isCounted,
  },
  {
    name: "expireAfterLastDropDays",
    kind: "number",
    unit: "days",
    least: 0,
    most: 3650,
    empty: "the tokens stay as they are",
    label: "After the last enrollment was dropped, tokens can be used for",
    hint: "A student who enrolls again in time keeps the tokens’ own dates. Empty: dropping does not change tokens.",
  },
  {
    name: "returnedTokenDays",
    kind: "number",
    unit: "days at least",
    least: 0,
    most: 366,
    label: "After the business has cancelled a makeup, its token can be used for",
    hint: "A last day that is nearer is put off. 0: the token can be used on the day of the cancellation.",
  },
  {
    name: "ignoreLocationLock",
    kind: "switch",
    label: "All tokens can be used at every location",
    hint: "This includes tokens that exist and are restricted to one location.",
  },
  {
    name: "autoApproveMakeups",
    kind: "switch",
    label: "Families book makeups themselves",
    hint: "Off: families request makeups, and staff approve or deny them.",
  },
  {
    name: "familiesMayGiveBackMakeups",
    kind: "switch",
    label: "Families give booked makeups back",
    hint: "Until the latest time for booking. Off: only staff give them back.",
  },
  {
    name: "makeupHorizonDays",
    kind: "number",
    unit: "days",
    least: 1,
    most: 366,
    label: "A makeup can be booked ahead by",
    hint: "By families and by staff.",
  },
  {
    name: "makeupLatestBookingMinutes",
    kind: "minutes",
    least: 0,
    most: 86400,
    label: "A makeup must be booked before the start by",
    hint: "0: until the class starts.",
  },
  {
    name: "familiesSeeComments",
    kind: "switch",
    label: "Families see the comments of staff on tokens",
    hint: "Also the comments that exist already.",
  },
  {
    name: "familiesSeeExpired",
    kind: "switch",
    label: "Families see expired tokens",
    hint: "Off: families see only tokens that they have used or can use.",
  },
]);

const SECURITY = section("security", "Safety of accounts", [
  {
    name: "secondFactorRequired",
    kind: "switch",
    label: "Owners and those who change settings need a second step to sign in",
    hint: "Who has none sets one up when signing in. Those who are signed in without one are signed out within minutes. Set up your own first, under “Your account”.",
  },
]);

export const SECTIONS: readonly Section[] = [CLASSES, STAFF_PORTAL, KIOSK, ABSENCES, MAKEUP_TOKENS, SECURITY];

export function specOf(name: string): Spec | null {
  return SECTIONS.flatMap(({ specs }) => specs).find(spec => spec.name === name) ?? null;
}
