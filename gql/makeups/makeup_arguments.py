"""What the mutations on makeups are given, and what all of them can be refused for (R8.6)."""

from typing import TypeAlias

from gql.enrollments.enrollment_refusals import AlreadyEnrolled, OfferingFull
from gql.makeups.makeup_refusals import (
    MakeupAtOtherLocation,
    MakeupBegun,
    MakeupBeyondHorizon,
    MakeupInOtherProgram,
    MakeupNotAClass,
    MakeupNotHeld,
    MakeupProgramDeleted,
    MakeupTokenExpired,
    MakeupTokenNotUsable,
    MakeupTokenNotYetIssued,
    MakeupTooLate,
    StudentAgeUnknown,
    StudentGenderNotAdmitted,
    StudentTooOld,
    StudentTooYoung,
)

AgainstTheToken: TypeAlias = (
    MakeupTokenNotUsable
    | MakeupTokenNotYetIssued
    | MakeupTokenExpired
    | MakeupProgramDeleted
    | MakeupAtOtherLocation
    | MakeupInOtherProgram
)
AgainstTheClass: TypeAlias = (
    MakeupNotAClass
    | MakeupNotHeld
    | MakeupBegun
    | MakeupTooLate
    | MakeupBeyondHorizon
    | StudentAgeUnknown
    | StudentTooYoung
    | StudentTooOld
    | StudentGenderNotAdmitted
    | AlreadyEnrolled
    | OfferingFull
)

OCCURRENCE_DESCRIPTION = "The class on the date: an occurrence that is ahead, or the id of one that is computed."
CHECKS = (
    "Refused unless the class takes place, has not begun, is bookable still (setting makeupLatestBookingMinutes) and "
    "already (makeupHorizonDays), takes students of this age on its date and of this gender, has an opening on the "
    "date (capacity less ACTIVE, TRIAL, MAKEUP and SINGLE_DAY students, those expected to be absent aside), and does "
    "not have the student on its roster. Of several reasons the first is told."
)
MUST_BE_GOOD = (
    "The makeup token must be AVAILABLE, and the class at its location (unless the setting ignoreLocationLock is on) "
    "and of its program. "
)
