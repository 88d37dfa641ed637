"""The inputs that the mutations on makeups share, and the refusals that all of them can return (R8.6)."""

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

OCCURRENCE_DESCRIPTION = (
    "The id of the occurrence: the class on the date of the makeup. It must lie in the future. Nothing needs to have "
    "been recorded for it yet."
)
CHECKS = (
    "The makeup is refused unless all of this holds: the class takes place and has not begun; it can still be booked "
    "(setting makeupLatestBookingMinutes) and is not too far ahead (setting makeupHorizonDays); it admits students of "
    "this gender, and of the age that the student has on the date; it has an opening on the date (the capacity minus "
    "the ACTIVE, TRIAL, MAKEUP and SINGLE_DAY students, except those with an approved expected absence); and the "
    "student is not on its roster yet. When there are several reasons, the first one is returned."
)
MUST_BE_GOOD = (
    "The state of the makeup token must be AVAILABLE, and the class must belong to the token's location (unless the "
    "setting ignoreLocationLock is on) and to its program. "
)
