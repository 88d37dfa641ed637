"""Why a student gets no place, and why a place does not end or move."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import (
    EnrollmentType,
)


@dataclass(eq=False)
class OfferingFull(Refusal):
    """R8.6: on this date, the first of those asked for, no place is left in the timeslot."""

    timeslot_id: UUID
    held_on: date
    capacity: int
    message: str


@dataclass(eq=False)
class AlreadyEnrolled(Refusal):
    """The student has a place in the offering on some of the dates."""

    enrollment_id: UUID
    message: str


@dataclass(eq=False)
class OfferingDoesNotMeet(Refusal):
    """There is no occurrence on the dates asked for."""

    starts_on: date
    drop_on: date | None
    message: str


@dataclass(eq=False)
class EnrollmentEnded(Refusal):
    """The enrollment was deleted, transferred, or ends before the date that was asked for."""

    drop_on: date | None
    message: str


@dataclass(eq=False)
class EnrollmentTypeNotAllowed(Refusal):
    """Places of this type come, go or move in another way."""

    type: EnrollmentType
    message: str
