"""The closed vocabularies of the business (domain.md), an enumeration each; docs/glossary.md has the words.

Members are strings equal to their names, so that the database, the schema and the logs spell them alike.
"""

from enum import StrEnum


class OfferingKind(StrEnum):
    CLASS = "CLASS"
    APPOINTMENT = "APPOINTMENT"
    CAMP = "CAMP"


class OccurrenceState(StrEnum):
    """R2.4."""

    SCHEDULED = "SCHEDULED"
    NOT_SCHEDULED = "NOT_SCHEDULED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class AttendanceState(StrEnum):
    """R2.9."""

    NOT_TAKEN = "NOT_TAKEN"
    IN_PROGRESS = "IN_PROGRESS"
    TAKEN = "TAKEN"


class AttendanceStatus(StrEnum):
    """R4.1. No mark is the seventh state."""

    PRESENT = "PRESENT"
    TARDY = "TARDY"
    LEFT_EARLY = "LEFT_EARLY"
    TARDY_AND_LEFT_EARLY = "TARDY_AND_LEFT_EARLY"
    ABSENT = "ABSENT"
    EXCUSED_ABSENCE = "EXCUSED_ABSENCE"

    @property
    def is_absence(self) -> bool:
        return self in (AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE)


class NotRecordableReason(StrEnum):
    """R2.3, R2.4, R2.6: why no attendance can be recorded for an occurrence."""

    NOT_SCHEDULED = "NOT_SCHEDULED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    IN_THE_FUTURE = "IN_THE_FUTURE"


class Source(StrEnum):
    """R1.1: where a mark or a token came from, told by the caller's credentials."""

    OFFICE = "OFFICE"
    STAFF = "STAFF"
    KIOSK = "KIOSK"
    GUARDIAN = "GUARDIAN"
    SYSTEM = "SYSTEM"


class Portal(StrEnum):
    """What a credential was issued for."""

    OFFICE = "OFFICE"
    STAFF = "STAFF"
    CUSTOMER = "CUSTOMER"
    KIOSK = "KIOSK"

    @property
    def source(self) -> Source:
        return _SOURCES[self]


_SOURCES = {each: Source.GUARDIAN if each is Portal.CUSTOMER else Source(each.value) for each in Portal}


class KioskState(StrEnum):
    """R5.1: derived from dates, never stored."""

    ACTIVE = "ACTIVE"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class NoCheckInReason(StrEnum):
    """R4.8, R5.3: why a student cannot be checked in at the kiosk now."""

    NOT_HELD = "NOT_HELD"
    CHECKED_IN = "CHECKED_IN"
    MARKED_BY_STAFF = "MARKED_BY_STAFF"
    READ_ONLY = "READ_ONLY"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"


class NoUndoReason(StrEnum):
    """R4.5b: why a kiosk cannot take a check-in back."""

    NOT_CHECKED_IN = "NOT_CHECKED_IN"
    NOT_BY_THIS_KIOSK = "NOT_BY_THIS_KIOSK"
    TOO_LATE = "TOO_LATE"


class PersonKind(StrEnum):
    STAFF = "STAFF"
    GUARDIAN = "GUARDIAN"


class EnrollmentType(StrEnum):
    ACTIVE = "ACTIVE"
    TRIAL = "TRIAL"
    MAKEUP = "MAKEUP"
    SINGLE_DAY = "SINGLE_DAY"
    WAITLIST = "WAITLIST"


class EnrollmentEnd(StrEnum):
    """Why an enrollment has a drop date; the DROP indicator (R3.4) is raised for DROPPED alone."""

    DROPPED = "DROPPED"
    TRANSFERRED = "TRANSFERRED"
    SESSION_ENDED = "SESSION_ENDED"


class PlaceOfferState(StrEnum):
    """The state of an offer of a place to a student who waits."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    OVER = "OVER"


class IndicatorKind(StrEnum):
    """R3.4, in the order in which a roll sheet shows them."""

    MEDICAL_ALERT = "MEDICAL_ALERT"
    BIRTHDAY = "BIRTHDAY"
    ROLL_SHEET_COMMENT = "ROLL_SHEET_COMMENT"
    NOTES = "NOTES"
    MAKEUP = "MAKEUP"
    BALANCE_DUE = "BALANCE_DUE"
    TRIAL_ENROLLMENT = "TRIAL_ENROLLMENT"
    EXPECTED_ABSENT = "EXPECTED_ABSENT"
    DROP = "DROP"
    TRANSFER = "TRANSFER"
    FIRST_DAY = "FIRST_DAY"


class NoteLevel(StrEnum):
    NORMAL = "NORMAL"
    CRITICAL = "CRITICAL"


class BlackoutScope(StrEnum):
    """R2.5."""

    BILLING = "BILLING"
    ATTENDANCE = "ATTENDANCE"
    BOTH = "BOTH"


class ChangeKind(StrEnum):
    """R10.1: what a revision of an occurrence changed."""

    MARKS = "MARKS"
    ROSTER = "ROSTER"
    CANCELLED = "CANCELLED"
    RESTORED = "RESTORED"
    TOKENS = "TOKENS"


class ExpectedAbsenceState(StrEnum):
    """R6.2. Only an APPROVED one has an effect."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"


class ExpectedAbsenceNotPossibleReason(StrEnum):
    """R6.1."""

    IN_THE_PAST = "IN_THE_PAST"
    TOO_MANY_DAYS = "TOO_MANY_DAYS"
    TOO_FAR_AHEAD = "TOO_FAR_AHEAD"
    TOO_MANY = "TOO_MANY"


class MakeupTokenOrigin(StrEnum):
    ABSENCE = "ABSENCE"
    CANCELLATION = "CANCELLATION"
    MANUAL = "MANUAL"


class MakeupTokenState(StrEnum):
    """R8.3: derived from dates and links, never stored."""

    SCHEDULED = "SCHEDULED"
    AVAILABLE = "AVAILABLE"
    REQUESTED = "REQUESTED"
    PENDING = "PENDING"
    SPENT = "SPENT"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    DELETED = "DELETED"


class MakeupTokenAct(StrEnum):
    """R7.9: what a ledger entry records. REQUESTED, DENIED and WITHDRAWN are of a request for a makeup (R8.7)."""

    ISSUED = "ISSUED"
    SKIPPED = "SKIPPED"
    REVOKED = "REVOKED"
    REINSTATED = "REINSTATED"
    FLAGGED = "FLAGGED"
    UNFLAGGED = "UNFLAGGED"
    REQUESTED = "REQUESTED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
    REDEEMED = "REDEEMED"
    RESET = "RESET"
    EDITED = "EDITED"
    DELETED = "DELETED"
    EXPIRED = "EXPIRED"


class MakeupTokenDatesReason(StrEnum):
    """R8.1."""

    EXPIRY_AND_NEVER = "EXPIRY_AND_NEVER"
    EXPIRES_BEFORE_ISSUE = "EXPIRES_BEFORE_ISSUE"
    EXPIRED_ALREADY = "EXPIRED_ALREADY"


class TokenTrigger(StrEnum):
    """R7.2."""

    ALL_ABSENCES = "ALL_ABSENCES"
    EXCUSED_ONLY = "EXCUSED_ONLY"


class LimitPeriod(StrEnum):
    """R7.6."""

    OUTSTANDING = "OUTSTANDING"
    MONTH = "MONTH"
    YEAR = "YEAR"
    SESSION = "SESSION"
    ENROLLMENT = "ENROLLMENT"


class LimitScope(StrEnum):
    """R7.6."""

    STUDENT = "STUDENT"
    ENROLLMENT = "ENROLLMENT"


class ExpiryUnit(StrEnum):
    """R7.7."""

    NEVER = "NEVER"
    DAYS = "DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"
    END_OF_SESSION = "END_OF_SESSION"


class ExpiryAnchor(StrEnum):
    """R7.7: what days, weeks and months are counted from."""

    ISSUE = "ISSUE"
    MISSED_CLASS = "MISSED_CLASS"


class TokenRunPhase(StrEnum):
    """R7.3: 30 minutes after the class ends, and 23:59 local on the date on which the class ends."""

    AFTER_CLASS = "AFTER_CLASS"
    END_OF_DAY = "END_OF_DAY"


class TokenRunState(StrEnum):
    ARMED = "ARMED"
    DONE = "DONE"


class MakeupRequestState(StrEnum):
    """R8.7. LAPSED: nobody decided while its class was ahead and on; derived, and written down only
    when the family makes another request with the token.
    """

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


class TaskKind(StrEnum):
    CANCEL_OCCURRENCES = "CANCEL_OCCURRENCES"
    CREATE_CANCELLATION_TOKENS = "CREATE_CANCELLATION_TOKENS"
    CREATE_MAKEUP_TOKENS = "CREATE_MAKEUP_TOKENS"
    ASSIGN_SUBSTITUTES = "ASSIGN_SUBSTITUTES"
    SEND_STATEMENTS = "SEND_STATEMENTS"
    CARRY_OVER = "CARRY_OVER"
    WRITE_REPORT = "WRITE_REPORT"


class TaskState(StrEnum):
    """R9.4."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"


class TaskItemState(StrEnum):
    """R9.4, R9.5. Of what is an EXCEPTION (the rules refused it), FAILED (faults of ours, again and again) or SKIPPED
    (the task was cancelled first) nothing was done.
    """

    WAITING = "WAITING"
    DONE = "DONE"
    EXCEPTION = "EXCEPTION"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class EmailState(StrEnum):
    """R9.8. QUEUED and SENDING go on; the others are ends. KEPT: no mail server is configured, so it is shown and not
    sent. UNCERTAIN: handed to the server, which never answered; it may have gone out, and is not sent again.
    """

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    KEPT = "KEPT"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    WITHDRAWN = "WITHDRAWN"


class Permission(StrEnum):
    """Section 11. VIEW and FULL of one portal are one scale: FULL includes VIEW."""

    OWNER = "OWNER"
    OFFICE_ATTENDANCE_VIEW = "OFFICE_ATTENDANCE_VIEW"
    OFFICE_ATTENDANCE_FULL = "OFFICE_ATTENDANCE_FULL"
    OFFICE_SEE_ALL = "OFFICE_SEE_ALL"
    STAFF_ATTENDANCE_VIEW = "STAFF_ATTENDANCE_VIEW"
    STAFF_ATTENDANCE_FULL = "STAFF_ATTENDANCE_FULL"
    STAFF_SEE_ALL = "STAFF_SEE_ALL"
    EXCUSE_ABSENCES = "EXCUSE_ABSENCES"
    CREATE_MAKEUP_TOKENS = "CREATE_MAKEUP_TOKENS"
    DELETE_MAKEUP_TOKENS = "DELETE_MAKEUP_TOKENS"
    MAKEUPS_WITHOUT_TOKENS = "MAKEUPS_WITHOUT_TOKENS"
    CANCEL_OCCURRENCES = "CANCEL_OCCURRENCES"
    MANAGE_ENROLLMENTS = "MANAGE_ENROLLMENTS"
    MANAGE_PEOPLE = "MANAGE_PEOPLE"
    MANAGE_STAFF = "MANAGE_STAFF"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    MANAGE_CATALOGUE = "MANAGE_CATALOGUE"
    LAUNCH_KIOSK = "LAUNCH_KIOSK"
    SEE_BALANCES = "SEE_BALANCES"
    SEND_STATEMENTS = "SEND_STATEMENTS"
    SEE_MEDICAL = "SEE_MEDICAL"
    SEE_REPORTS = "SEE_REPORTS"


class ReportGroup(StrEnum):
    """R15.1: by what a report of attendance adds marks up."""

    OFFERING = "OFFERING"
    STUDENT = "STUDENT"
    INSTRUCTOR = "INSTRUCTOR"
    LOCATION = "LOCATION"
    WEEK = "WEEK"


class ReportFile(StrEnum):
    """R15.1: the reports that can be written as a file."""

    ATTENDANCE_BY_OFFERING = "ATTENDANCE_BY_OFFERING"
    ATTENDANCE_BY_STUDENT = "ATTENDANCE_BY_STUDENT"
    ATTENDANCE_BY_INSTRUCTOR = "ATTENDANCE_BY_INSTRUCTOR"
    ATTENDANCE_BY_LOCATION = "ATTENDANCE_BY_LOCATION"
    ATTENDANCE_BY_WEEK = "ATTENDANCE_BY_WEEK"
    NOT_TAKEN = "NOT_TAKEN"
    ABSENCES = "ABSENCES"
    TOKENS_BY_PROGRAM = "TOKENS_BY_PROGRAM"
    TOKENS_BY_LOCATION = "TOKENS_BY_LOCATION"
    TOKENS_BY_STUDENT = "TOKENS_BY_STUDENT"
    CAPACITY = "CAPACITY"


class TokenReportGroup(StrEnum):
    """R15.1: how a report groups the makeup tokens that it counts."""

    PROGRAM = "PROGRAM"
    LOCATION = "LOCATION"
    STUDENT = "STUDENT"


class MergeKind(StrEnum):
    """R13.6: what was merged."""

    FAMILY = "FAMILY"
    GUARDIAN = "GUARDIAN"
    STUDENT = "STUDENT"


class MergeSide(StrEnum):
    """R13.6: whose mark stays where both have one."""

    FROM = "FROM"
    INTO = "INTO"


class DuplicateReason(StrEnum):
    """R13.4: why somebody who is registered may be registered already."""

    SAME_PHONE = "SAME_PHONE"
    SAME_EMAIL = "SAME_EMAIL"
    SAME_NAME_AND_BIRTHDAY = "SAME_NAME_AND_BIRTHDAY"


class StaffAbsenceNotPossibleReason(StrEnum):
    """R9.9: why a staff member cannot be marked absent for these times."""

    RANGE_TOO_LONG = "RANGE_TOO_LONG"
    OVER = "OVER"
    OVERLAPS = "OVERLAPS"


class SubstituteNotPossibleReason(StrEnum):
    """R9.9: why an occurrence gets no substitute, or not this one."""

    NOT_OF_ABSENCE = "NOT_OF_ABSENCE"
    NOT_HELD = "NOT_HELD"
    OVER = "OVER"
    IS_ABSENT_PERSON = "IS_ABSENT_PERSON"
    IS_AWAY = "IS_AWAY"
    HAS_LEFT = "HAS_LEFT"
    TEACHES_IT = "TEACHES_IT"
    TEACHES_THEN = "TEACHES_THEN"


class CapturedTimeReason(StrEnum):
    """R14.1: why an act cannot have been captured then."""

    AHEAD = "AHEAD"
    BEFORE_DAY = "BEFORE_DAY"
    TOO_OLD = "TOO_OLD"


class SignInRefusedReason(StrEnum):
    """Why nobody was signed in, or a session was not continued."""

    WRONG_EMAIL_OR_PASSWORD = "WRONG_EMAIL_OR_PASSWORD"  # noqa: S105 - a reason, no password
    WRONG_PORTAL = "WRONG_PORTAL"
    REFRESH_TOKEN_NOT_VALID = "REFRESH_TOKEN_NOT_VALID"  # noqa: S105 - a reason, no token
    SESSION_EXPIRED = "SESSION_EXPIRED"
    SESSION_ENDED = "SESSION_ENDED"


class AccountLinkPurpose(StrEnum):
    """R12.2: what a link is for with which somebody chooses a password."""

    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a purpose, no password


class LinkNotValidReason(StrEnum):
    """R12.2: why a link cannot be used."""

    UNKNOWN = "UNKNOWN"
    USED = "USED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class NotInvitableReason(StrEnum):
    """R12.2: why somebody gets no invitation or reset."""

    NO_EMAIL = "NO_EMAIL"
    HAS_LEFT = "HAS_LEFT"
    HAS_PASSWORD = "HAS_PASSWORD"  # noqa: S105 - a reason, no password
    HAS_NO_PASSWORD = "HAS_NO_PASSWORD"  # noqa: S105 - a reason, no password
    TOO_MANY = "TOO_MANY"


class PasswordNotAllowedReason(StrEnum):
    """R12.3: why a password may not be chosen."""

    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    COMMON = "COMMON"
    PERSONAL = "PERSONAL"


class SecurityEventKind(StrEnum):
    """R12.7: what matters to the safety of accounts, as far as it exists."""

    SIGNED_IN = "SIGNED_IN"
    SIGN_IN_REFUSED = "SIGN_IN_REFUSED"
    SIGN_IN_LIMITED = "SIGN_IN_LIMITED"
    REFRESH_REFUSED = "REFRESH_REFUSED"
    REFRESH_REUSED = "REFRESH_REUSED"
    SESSION_ENDED = "SESSION_ENDED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    KIOSK_LAUNCHED = "KIOSK_LAUNCHED"
    KIOSK_REVOKED = "KIOSK_REVOKED"
    KIOSK_LIMITED = "KIOSK_LIMITED"
    FAMILY_ERASED = "FAMILY_ERASED"
    FAMILY_EXPORTED = "FAMILY_EXPORTED"
    ORGANIZATION_FOUNDED = "ORGANIZATION_FOUNDED"
    INVITED = "INVITED"
    INVITATION_REVOKED = "INVITATION_REVOKED"
    INVITATION_ACCEPTED = "INVITATION_ACCEPTED"
    PASSWORD_RESET_REQUESTED = "PASSWORD_RESET_REQUESTED"  # noqa: S105 - a kind, no password
    PASSWORD_RESET_LIMITED = "PASSWORD_RESET_LIMITED"  # noqa: S105 - a kind, no password
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a kind, no password
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a kind, no password
    LINK_REFUSED = "LINK_REFUSED"
    SECOND_FACTOR_ADDED = "SECOND_FACTOR_ADDED"
    SECOND_FACTOR_REMOVED = "SECOND_FACTOR_REMOVED"
    SECOND_FACTOR_REFUSED = "SECOND_FACTOR_REFUSED"
    RECOVERY_CODE_USED = "RECOVERY_CODE_USED"
    STAFF_CREATED = "STAFF_CREATED"
    STAFF_UPDATED = "STAFF_UPDATED"
    STAFF_END_PLANNED = "STAFF_END_PLANNED"
    STAFF_ENDED = "STAFF_ENDED"
    STAFF_RESTORED = "STAFF_RESTORED"
    PERMISSIONS_CHANGED = "PERMISSIONS_CHANGED"
    PERMISSION_GROUP_CHANGED = "PERMISSION_GROUP_CHANGED"
