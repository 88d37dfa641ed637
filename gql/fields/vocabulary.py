"""The vocabularies that occurrences, rosters and students speak, as enumerations of the schema."""

from attendance.rules.marks.student_attendance import COMING_DAYS, AttendanceRange
from attendance.rules.roster.indicators import TransferDirection
from attendance.rules.roster.roster import RosterOrder
from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    EnrollmentEnd,
    EnrollmentType,
    ExpiryAnchor,
    ExpiryUnit,
    IndicatorKind,
    KioskState,
    LimitPeriod,
    LimitScope,
    MakeupTokenOrigin,
    MakeupTokenState,
    NoCheckInReason,
    NoteLevel,
    NotRecordableReason,
    OccurrenceState,
    OfferingKind,
    Portal,
    Source,
    TokenTrigger,
)
from gql.fields.described import described

described(
    OfferingKind,
    "What kind of offering it is.",
    {
        OfferingKind.CLASS: "Meets weekly, in sessions; its absences can earn makeup tokens.",
        OfferingKind.APPOINTMENT: "Meets once, at a date and time.",
        OfferingKind.CAMP: "Meets on every date of a range; blackouts do not close it.",
    },
)
described(
    OccurrenceState,
    "Whether an occurrence takes place. Of several the first of CANCELLED, NOT_SCHEDULED, CLOSED is told.",
    {
        OccurrenceState.SCHEDULED: "It takes place.",
        OccurrenceState.NOT_SCHEDULED: "The date lies outside the offering's sessions, or outside its own dates.",
        OccurrenceState.CLOSED: "The program's blackout schedule closes the date.",
        OccurrenceState.CANCELLED: "It was cancelled for this day; `cancellation` tells by whom and why.",
    },
)
described(
    AttendanceState,
    "How far attendance has been taken.",
    {
        AttendanceState.NOT_TAKEN: "No row is marked. An empty roster is not taken either.",
        AttendanceState.IN_PROGRESS: "Some rows are marked, others are not.",
        AttendanceState.TAKEN: "Every row is marked.",
    },
)
described(
    AttendanceStatus,
    "How a student attended. The first four are the present family.",
    {
        AttendanceStatus.PRESENT: "There, from start to end.",
        AttendanceStatus.TARDY: "There, but came late.",
        AttendanceStatus.LEFT_EARLY: "There, but left early.",
        AttendanceStatus.TARDY_AND_LEFT_EARLY: "There, but came late and left early.",
        AttendanceStatus.ABSENT: "Not there.",
        AttendanceStatus.EXCUSED_ABSENCE: "Not there, and excused.",
    },
)
described(
    NotRecordableReason,
    "Why attendance cannot be recorded for an occurrence.",
    {
        NotRecordableReason.NOT_SCHEDULED: "It is not scheduled to meet on the date.",
        NotRecordableReason.CLOSED: "A blackout closes the date.",
        NotRecordableReason.CANCELLED: "It was cancelled.",
        NotRecordableReason.IN_THE_FUTURE: "Its date, at its location, has not come yet.",
    },
)
described(
    Source,
    "Where a mark or a makeup token came from, as told by the credentials of whoever made it.",
    {
        Source.OFFICE: "Staff in the Office Portal.",
        Source.STAFF: "Staff in the Staff Portal.",
        Source.KIOSK: "A check-in kiosk.",
        Source.GUARDIAN: "A guardian in the Customer Portal.",
        Source.SYSTEM: "The system: defaulted absences, automatic tokens.",
    },
)
described(
    EnrollmentType,
    "What kind of place a student has in an offering.",
    {
        EnrollmentType.ACTIVE: "A lasting place.",
        EnrollmentType.TRIAL: "A trial.",
        EnrollmentType.MAKEUP: "One day, to make up for a class missed.",
        EnrollmentType.SINGLE_DAY: "One day.",
        EnrollmentType.WAITLIST: "Waiting for a place; on no roster.",
    },
)
described(
    EnrollmentEnd,
    "Why an enrollment has a drop date.",
    {
        EnrollmentEnd.DROPPED: "The student was dropped.",
        EnrollmentEnd.TRANSFERRED: "The student was transferred to another class.",
        EnrollmentEnd.SESSION_ENDED: "The session ended.",
    },
)
described(
    IndicatorKind,
    "The eleven indicators of a roster's row, in the order in which a roll sheet shows them. Those marked (now) tell "
    "of the present, the others of the occurrence's date.",
    {
        IndicatorKind.MEDICAL_ALERT: "The student's medical text is not blank (now). Detail: the text, for viewers "
        "with SEE_MEDICAL.",
        IndicatorKind.BIRTHDAY: "A birthday within the organization's window around the date. Facts: BirthdayFacts.",
        IndicatorKind.ROLL_SHEET_COMMENT: "The student has a roll-sheet comment. Detail: the comment.",
        IndicatorKind.NOTES: "The student has open notes (now). Facts: NotesFacts.",
        IndicatorKind.MAKEUP: "The row's enrollment is a MAKEUP. Facts: MakeupFacts.",
        IndicatorKind.BALANCE_DUE: "The family owes something (now). Facts: BalanceDueFacts, for viewers with "
        "SEE_BALANCES; in the Staff Portal only where the organization's setting allows it too.",
        IndicatorKind.TRIAL_ENROLLMENT: "The row's enrollment is a TRIAL. Without detail.",
        IndicatorKind.EXPECTED_ABSENT: "An approved expected absence covers the occurrence. "
        "Facts: ExpectedAbsentFacts.",
        IndicatorKind.DROP: "An ACTIVE enrollment ends on or after the date, and neither by a transfer nor with its "
        "session. Facts: DropFacts.",
        IndicatorKind.TRANSFER: "The enrollment ends by a transfer, or began by one and this is its first occurrence. "
        "Facts: TransferFacts.",
        IndicatorKind.FIRST_DAY: "The first occurrence of the enrollment that takes place. Facts: FirstDayFacts.",
    },
)
described(
    NoteLevel,
    "How much a student's note matters.",
    {NoteLevel.NORMAL: "Good to know.", NoteLevel.CRITICAL: "Must be known."},
)
described(
    RosterOrder,
    "The order of a roster's rows, case aside. Namesakes keep the same order always.",
    {
        RosterOrder.LAST_NAME: "By last name, then first name.",
        RosterOrder.FIRST_NAME: "By first name, then last name.",
    },
)
described(
    AttendanceRange,
    "Which of a student's occurrences are listed.",
    {
        AttendanceRange.ALL: f"Those of the past, of today, and of the next {COMING_DAYS} days.",
        AttendanceRange.PAST: "Those that have started.",
    },
)
described(
    TransferDirection,
    "Where a transfer leads, seen from the row's enrollment.",
    {
        TransferDirection.OUTGOING: "The student leaves for the other class.",
        TransferDirection.INCOMING: "The student came from the other class.",
    },
)
described(
    MakeupTokenState,
    "Where a makeup token is in its life. Derived from its dates and links, so it is true at any moment.",
    {
        MakeupTokenState.SCHEDULED: "Its issue date is still ahead. Families do not see it yet.",
        MakeupTokenState.AVAILABLE: "It can be redeemed.",
        MakeupTokenState.REQUESTED: "The family has asked for a makeup, and staff have not decided.",
        MakeupTokenState.PENDING: "A makeup is booked for today or a later day.",
        MakeupTokenState.SPENT: "The day of its makeup has come and gone.",
        MakeupTokenState.EXPIRED: "It was not redeemed by the end of its expiration date.",
        MakeupTokenState.REVOKED: "The system took it back, since its absence is none any more. Staff only.",
        MakeupTokenState.DELETED: "Staff deleted it. Staff only.",
    },
)
described(
    MakeupTokenOrigin,
    "What a makeup token was issued for.",
    {
        MakeupTokenOrigin.ABSENCE: "An absence from a class; issued by itself.",
        MakeupTokenOrigin.CANCELLATION: "A cancelled class.",
        MakeupTokenOrigin.MANUAL: "Staff issued it by hand.",
    },
)
described(
    TokenTrigger,
    "Which absences from classes earn makeup tokens.",
    {
        TokenTrigger.ALL_ABSENCES: "ABSENT and EXCUSED_ABSENCE.",
        TokenTrigger.EXCUSED_ONLY: "EXCUSED_ABSENCE alone.",
    },
)
described(
    LimitPeriod,
    "Which tokens count towards the limit, by the date of the class missed.",
    {
        LimitPeriod.OUTSTANDING: "Those that can still be used, whenever the class was missed.",
        LimitPeriod.MONTH: "Those of the calendar month.",
        LimitPeriod.YEAR: "Those of the calendar year.",
        LimitPeriod.SESSION: "Those of the session of the class that covers the date; outside of sessions all.",
        LimitPeriod.ENROLLMENT: "Those of the dates of the enrollment through which the class was missed.",
    },
)
described(
    LimitScope,
    "Whose tokens are counted together.",
    {
        LimitScope.STUDENT: "All of the student.",
        LimitScope.ENROLLMENT: "Those that were earned through the same enrollment.",
    },
)
described(
    ExpiryUnit,
    "What a token's life is counted in.",
    {
        ExpiryUnit.NEVER: "It never expires.",
        ExpiryUnit.DAYS: "Days.",
        ExpiryUnit.WEEKS: "Weeks.",
        ExpiryUnit.MONTHS: "Months: the same day of a later month, or that month's last day.",
        ExpiryUnit.END_OF_SESSION: "Until the end of the session in which the class was missed; in a rolling session, "
        "and without a session, it never expires.",
    },
)
described(
    ExpiryAnchor,
    "What a token's life is counted from.",
    {
        ExpiryAnchor.ISSUE: "The date of its issue.",
        ExpiryAnchor.MISSED_CLASS: "The date of the class missed.",
    },
)
described(
    Portal,
    "What a credential was issued for. It decides which permissions count, and the source of what its holder records.",
    {
        Portal.OFFICE: "The Office Portal: staff with at least one Office permission.",
        Portal.STAFF: "The Staff Portal: all staff.",
        Portal.CUSTOMER: "The Customer Portal: guardians.",
        Portal.KIOSK: "A check-in device. Nobody signs in to it: staff launch it.",
    },
)
described(
    KioskState,
    "Whether a kiosk works.",
    {
        KioskState.ACTIVE: "It works.",
        KioskState.EXPIRED: "Its token has ended by itself.",
        KioskState.REVOKED: "Staff have revoked it.",
    },
)
described(
    NoCheckInReason,
    "Why a student cannot be checked in at the kiosk now. Of several the first is told.",
    {
        NoCheckInReason.NOT_HELD: "The occurrence does not take place today: it was cancelled.",
        NoCheckInReason.CHECKED_IN: "The student is checked in already.",
        NoCheckInReason.MARKED_BY_STAFF: "Staff have excused the student; they alone can change that.",
        NoCheckInReason.READ_ONLY: "Kiosks are switched to read-only.",
        NoCheckInReason.TOO_EARLY: "Check-in opens later, at `opensAt`.",
        NoCheckInReason.TOO_LATE: "Check-in has closed, at `closesAt`.",
    },
)
