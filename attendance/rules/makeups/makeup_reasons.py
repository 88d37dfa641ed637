"""The reasons why an occurrence cannot serve for a makeup, one word each (R8.9)."""

from enum import StrEnum

from attendance.rules.enrollments.enrollment_refusals import AlreadyEnrolled, OfferingFull
from attendance.rules.makeups import makeup_refusals
from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import OccurrenceState


class MakeupRejectionReason(StrEnum):
    """The reasons, in the order of the checks of R8.6."""

    TOKEN_NOT_YET_ISSUED = "TOKEN_NOT_YET_ISSUED"  # noqa: S105 - a reason, no token
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105
    TOKEN_NOT_USABLE = "TOKEN_NOT_USABLE"  # noqa: S105
    PROGRAM_DELETED = "PROGRAM_DELETED"
    OTHER_LOCATION = "OTHER_LOCATION"
    OTHER_PROGRAM = "OTHER_PROGRAM"
    NOT_A_CLASS = "NOT_A_CLASS"
    NOT_SCHEDULED = "NOT_SCHEDULED"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    BEGUN = "BEGUN"
    TOO_LATE = "TOO_LATE"
    BEYOND_HORIZON = "BEYOND_HORIZON"
    AGE_UNKNOWN = "AGE_UNKNOWN"
    TOO_YOUNG = "TOO_YOUNG"
    TOO_OLD = "TOO_OLD"
    OTHER_GENDER = "OTHER_GENDER"
    ALREADY_ENROLLED = "ALREADY_ENROLLED"
    FULL = "FULL"


_REASONS: dict[type[Refusal], MakeupRejectionReason] = {
    makeup_refusals.MakeupTokenNotYetIssued: MakeupRejectionReason.TOKEN_NOT_YET_ISSUED,
    makeup_refusals.MakeupTokenExpired: MakeupRejectionReason.TOKEN_EXPIRED,
    makeup_refusals.MakeupTokenNotUsable: MakeupRejectionReason.TOKEN_NOT_USABLE,
    makeup_refusals.MakeupProgramDeleted: MakeupRejectionReason.PROGRAM_DELETED,
    makeup_refusals.MakeupAtOtherLocation: MakeupRejectionReason.OTHER_LOCATION,
    makeup_refusals.MakeupInOtherProgram: MakeupRejectionReason.OTHER_PROGRAM,
    makeup_refusals.MakeupNotAClass: MakeupRejectionReason.NOT_A_CLASS,
    makeup_refusals.MakeupBegun: MakeupRejectionReason.BEGUN,
    makeup_refusals.MakeupTooLate: MakeupRejectionReason.TOO_LATE,
    makeup_refusals.MakeupBeyondHorizon: MakeupRejectionReason.BEYOND_HORIZON,
    makeup_refusals.StudentAgeUnknown: MakeupRejectionReason.AGE_UNKNOWN,
    makeup_refusals.StudentTooYoung: MakeupRejectionReason.TOO_YOUNG,
    makeup_refusals.StudentTooOld: MakeupRejectionReason.TOO_OLD,
    makeup_refusals.StudentGenderNotAdmitted: MakeupRejectionReason.OTHER_GENDER,
    AlreadyEnrolled: MakeupRejectionReason.ALREADY_ENROLLED,
    OfferingFull: MakeupRejectionReason.FULL,
}
_STATES = {
    OccurrenceState.NOT_SCHEDULED: MakeupRejectionReason.NOT_SCHEDULED,
    OccurrenceState.CLOSED: MakeupRejectionReason.CLOSED,
    OccurrenceState.CANCELLED: MakeupRejectionReason.CANCELLED,
}


def reason_of(obstacle: Refusal) -> MakeupRejectionReason:
    """Return the reason that clients see for an obstacle that `obstacles_to` yields."""
    if isinstance(obstacle, makeup_refusals.MakeupNotHeld):
        return _STATES[obstacle.state]
    return _REASONS[type(obstacle)]
