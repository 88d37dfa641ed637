"""Makeup tokens for many students at once (R9.4): who they are, and what staff must know afterwards."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import EnrollmentType

MOST_STUDENTS = 5000

GONE = "The student is not here any more; no makeup token was made."
NO_ADDRESS = "The family has no e-mail address; the makeup token was made, and nobody was told of it."

ENROLLED = frozenset(EnrollmentType) - {EnrollmentType.WAITLIST}


@dataclass(frozen=True, slots=True)
class EnrolledStudents:
    """Those with a place on the date in an offering that meets all that is given; None: any. A place covers the date
    from its start to its drop, whether or not a class falls on it.
    """

    enrolled_on: date
    types: Collection[EnrollmentType] = ENROLLED
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


@dataclass(eq=False)
class NoStudents(Refusal):
    """Nobody is enrolled so."""

    message: str = "No student is enrolled so on that date; no makeup token is made."


@dataclass(eq=False)
class TooManyStudents(Refusal):
    """More than one task takes on."""

    student_count: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"These are {self.student_count} students; at most {MOST_STUDENTS} get makeup tokens at once."
