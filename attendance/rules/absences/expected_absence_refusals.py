"""The refusals of recording and deciding expected absences (section 6)."""

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
    """There is no such expected absence, or the caller may not see it (R11.3)."""

    message: str = "There is no such expected absence."


@dataclass(eq=False)
class AbsenceRequestsOff(Refusal):
    """The organization does not let guardians request absences (R6.2)."""

    message: str = "Absences cannot be requested here. Please tell the office."


@dataclass(eq=False)
class ExpectedAbsenceNotPossible(Refusal):
    """The absence is not possible (R6.1). It must lie between `earliest_on` and `latest_on` and have at most
    `most_days` days. A student can have at most `most` absences that are not over.
    """

    reason: ExpectedAbsenceNotPossibleReason
    earliest_on: date
    latest_on: date
    most_days: int
    most: int
    message: str


@dataclass(eq=False)
class AbsenceAlreadyReported(Refusal):
    """An absence of the student that is requested or approved covers all that the family reports (R6.2)."""

    expected_absence_id: UUID
    state: ExpectedAbsenceState
    message: str = "This absence is reported already."


@dataclass(eq=False)
class EnrollmentsNotOfStudent(Refusal):
    """Some enrollments are not the student's, or the caller may not see them (R6.1)."""

    enrollment_ids: tuple[UUID, ...]
    message: str = "The student does not have these enrollments."


@dataclass(eq=False)
class ExpectedAbsenceSettled(Refusal):
    """The absence was already decided or withdrawn (R6.2). `settled_at` is None when it is not known when."""

    expected_absence_id: UUID
    state: ExpectedAbsenceState
    settled_at: datetime | None
    message: str
