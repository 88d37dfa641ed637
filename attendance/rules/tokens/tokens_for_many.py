"""Makeup tokens for many students at once (R9.4): who the students are, and what staff need to know afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import EnrollmentType

MOST_STUDENTS = 5000

GONE = "The student was deleted meanwhile; no makeup token was created."
NO_ADDRESS = "The makeup token was created, but the family was not told, because it has no e-mail address."

ENROLLED = frozenset(EnrollmentType) - {EnrollmentType.WAITLIST}


@dataclass(frozen=True, slots=True)
class EnrolledStudents:
    """Chooses the students with a place on the date in an offering that meets all of the conditions. None sets no
    condition.

    A place covers the date from its start to its drop, whether or not a class falls on it.
    """

    enrolled_on: date
    types: Collection[EnrollmentType] = ENROLLED
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


@dataclass(eq=False)
class NoStudents(Refusal):
    """No student meets the conditions."""

    message: str = "No student meets the conditions on that date; no makeup token is created."


@dataclass(eq=False)
class TooManyStudents(Refusal):
    """There are more students than one task can handle."""

    student_count: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"{self.student_count} students were chosen; at most {MOST_STUDENTS} can get makeup tokens at once."
