"""What the business refuses, with the facts of each; `gql` maps each to its union member once.

A refusal rolls back the whole transaction (R4.2): raise it, and nothing was changed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    ExpectedAbsenceNotPossibleReason,
    ExpectedAbsenceState,
    NotRecordableReason,
    Permission,
    Portal,
    SignInRefusedReason,
)


class Refusal(Exception):
    """The base of all refusals. `message` says in a sentence what was wrong and what would be right."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class OccurrenceNotFound(Refusal):
    """No such occurrence, or none that the caller may see: the two are not told apart (R4.12, R11.3)."""

    message: str = "There is no such occurrence."


@dataclass(eq=False)
class StudentNotFound(Refusal):
    """No such student, or none that the caller may see (R11.3)."""

    message: str = "There is no such student."


@dataclass(eq=False)
class ExpectedAbsenceNotFound(Refusal):
    """No such expected absence, or none that the caller may see (R11.3)."""

    message: str = "There is no such expected absence."


@dataclass(eq=False)
class LocationNotFound(Refusal):
    """No such location, or one that was deleted."""

    message: str = "There is no such location."


@dataclass(eq=False)
class KioskNotFound(Refusal):
    message: str = "There is no such kiosk."


@dataclass(eq=False)
class AttendanceNotRecordable(Refusal):
    """R2.3 to R2.6, R4.12."""

    reason: NotRecordableReason
    message: str


@dataclass(eq=False)
class CheckInModeOff(Refusal):
    """R4.3: in this portal marks go in through the roll sheet alone."""

    portal: Portal
    message: str = "Check-in mode is off in this portal; record attendance through the roll sheet."


@dataclass(eq=False)
class KioskReadOnly(Refusal):
    """R5.3: kiosks show, and check nobody in."""

    message: str = "Kiosks are switched to read-only; please see the staff."


@dataclass(eq=False)
class OutsideCheckInWindow(Refusal):
    """R5.3: a kiosk checks in from `opens_at` to `closes_at`, both inclusive; None: that side is open."""

    opens_at: datetime | None
    closes_at: datetime | None
    message: str


@dataclass(eq=False)
class StudentNotOnRoster(Refusal):
    """R4.12."""

    student_ids: tuple[UUID, ...]
    message: str


@dataclass(eq=False)
class PermissionDenied(Refusal):
    """Section 11: the caller may see the thing but not do this to it."""

    permission: Permission
    message: str


@dataclass(eq=False)
class SeenRevisionAhead(Refusal):
    """The caller says that it has seen a revision that does not exist: not a conflict, but a fault of the client."""

    seen_revision: int
    current_revision: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"seenRevision is {self.seen_revision}, but the occurrence is at revision {self.current_revision}."


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """R4.11: the key came before, with another mutation or another input."""

    message: str = "This idempotencyKey was used for another request; make a new key for each act."


@dataclass(frozen=True, slots=True)
class ConflictingMark:
    """R4.10: what the caller wanted, and what somebody else put there since. Status None: not marked."""

    student_id: UUID
    wanted_status: AttendanceStatus | None
    current_status: AttendanceStatus | None
    current_note: str | None
    changed_at: datetime
    revision: int


@dataclass(eq=False)
class AttendanceConflict(Refusal):
    """R4.10."""

    seen_revision: int
    current_revision: int
    conflicts: tuple[ConflictingMark, ...]
    message: str


@dataclass(eq=False)
class SettingOutOfRange(Refusal):
    """A setting is below `least` or above `most`; `setting` is its name in attendance.rules.organization.settings."""

    setting: str
    value: int
    least: int
    most: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The setting would be {self.value}; it must be from {self.least} to {self.most}."


@dataclass(eq=False)
class EarningTypesNotAllowed(Refusal):
    """R7.2: absences through enrollments of these types can earn nothing (none: no type was named)."""

    types: tuple[EnrollmentType, ...]
    allowed: tuple[EnrollmentType, ...]
    message: str


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


@dataclass(eq=False)
class SignInRefused(Refusal):
    """Nobody was signed in; whether an e-mail address is known cannot be told from it."""

    reason: SignInRefusedReason
    message: str


@dataclass(eq=False)
class NoSession(Refusal):
    """The caller's credential is not of a session kept here, so there is none to end."""

    message: str


@dataclass(frozen=True, slots=True)
class OrganizationChoice:
    """An organization that the caller may sign in to."""

    organization_id: UUID
    name: str


@dataclass(eq=False)
class OrganizationChoiceRequired(Refusal):
    """The e-mail address and password are right in several organizations."""

    organizations: tuple[OrganizationChoice, ...]
    message: str


@dataclass(eq=False)
class NothingFound(Refusal):
    """There is no such thing, or none that the caller may see: the two are not told apart (R11.3)."""

    message: str


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
