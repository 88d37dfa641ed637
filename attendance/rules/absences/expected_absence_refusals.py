"""Why an expected absence is not recorded or settled (section 6)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.rules.refusals import NothingFound, Refusal
from attendance.rules.vocabulary import (
    ExpectedAbsenceNotPossibleReason,
    ExpectedAbsenceState,
)


@dataclass(eq=False)
class ExpectedAbsenceNotFound(NothingFound):
    """No such expected absence, or none that the caller may see (R11.3)."""

    message: str = "There is no such expected absence."


@dataclass(eq=False)
class AbsenceRequestsOff(Refusal):
    """R6.2: the organization lets guardians request no absences."""

    message: str = "Absences cannot be requested here; tell the office."


@dataclass(eq=False)
class ExpectedAbsenceNotPossible(Refusal):
    """R6.1: absences are told from `earliest_on` to `latest_on`, of at most `most_days` days, and at most `most` of a
    student that are not over.
    """

    reason: ExpectedAbsenceNotPossibleReason
    earliest_on: date
    latest_on: date
    most_days: int
    most: int
    message: str


@dataclass(eq=False)
class EnrollmentsNotOfStudent(Refusal):
    """R6.1: the student has no such enrollments, or none that the caller may see."""

    enrollment_ids: tuple[UUID, ...]
    message: str = "The student has no such enrollments."


@dataclass(eq=False)
class ExpectedAbsenceSettled(Refusal):
    """R6.2: somebody decided it, or withdrew it, before; `settled_at` None: it is not known when."""

    expected_absence_id: UUID
    state: ExpectedAbsenceState
    settled_at: datetime | None
    message: str
