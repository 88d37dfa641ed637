"""The refusals of enrolling, dropping and transferring."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import (
    EnrollmentType,
)


@dataclass(eq=False)
class OfferingFull(Refusal):
    """There is no open place in the timeslot on this date, which is the first such date of those requested (R8.6)."""

    timeslot_id: UUID
    held_on: date
    capacity: int
    message: str


@dataclass(eq=False)
class AlreadyEnrolled(Refusal):
    """The student already has an enrollment in the offering on some of the dates."""

    enrollment_id: UUID
    message: str


@dataclass(eq=False)
class OfferingDoesNotMeet(Refusal):
    """The offering does not meet on the requested dates, or a transfer would begin too early."""

    starts_on: date
    drop_on: date | None
    message: str


@dataclass(eq=False)
class EnrollmentEnded(Refusal):
    """The enrollment was deleted or transferred, or ends before the requested date."""

    drop_on: date | None
    message: str


@dataclass(eq=False)
class EnrollmentTypeNotAllowed(Refusal):
    """Enrollments of this type cannot be made, ended or moved in this way."""

    type: EnrollmentType
    message: str
