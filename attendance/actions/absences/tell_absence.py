"""The steps that all actions on expected absences share (R6.1, R6.2)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.rules.absences.absence_requests import (
    ToldAbsence,
    earliest_today,
    hit_keys,
    require_not_reported,
    require_open,
    require_own_classes,
    require_possible,
)
from attendance.rules.absences.expected_absence_refusals import EnrollmentsNotOfStudent, ExpectedAbsenceNotFound
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.organization.permissions import Caller, may_excuse, may_record_attendance
from attendance.rules.people.students import EnrollmentFacts
from attendance.rules.refusals import PermissionDenied, StudentNotFound
from attendance.rules.vocabulary import ExpectedAbsenceState, Permission, Portal
from db.absences.expected_absences import lock_expected_absence, lock_open_absences, read_expected_absences
from db.calendar.offerings import read_taught
from db.marks.changes import Author
from db.people.students import Visibility, read_enrollments, read_students, visibility_of
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AbsenceWritten:
    """The expected absence that an action made or changed."""

    expected_absence_id: UUID


@dataclass(frozen=True, slots=True)
class StudentsAbsence:
    """An absence with the student's places, and the occurrences among them that it covers, earliest first."""

    student_id: UUID
    told: ExpectedAbsence
    places: Sequence[EnrollmentFacts]
    hits: Sequence[OccurrenceKey]

    def today(self, now: datetime) -> date:
        """Return the earliest of the local dates where the student has places."""
        return earliest_today(now, (ZoneInfo(each.place.offering.location.time_zone) for each in self.places))


async def get_new_absence(
    uow: UnitOfWork, caller: Caller, student_id: UUID, told: ExpectedAbsence, *, now: datetime
) -> StudentsAbsence:
    """Check a new absence and read what it covers. Until the transaction ends, nobody else tells an absence of the
    student.

    Raises AbsenceAlreadyReported (to families), StudentNotFound, EnrollmentsNotOfStudent, PermissionDenied and
    ExpectedAbsenceNotPossible.
    """
    await _require_visible(uow, caller, student_id)
    absence = await _with_places(uow, student_id, told)
    unknown = (told.enrollment_ids or frozenset()) - {each.enrollment.id for each in absence.places}
    if unknown:
        raise EnrollmentsNotOfStudent(tuple(sorted(unknown)))
    await _require_own_classes(uow, caller, absence)
    today = absence.today(now)
    open_absences = await lock_open_absences(uow, student_id, today)
    if caller.portal is Portal.CUSTOMER:
        require_not_reported(told, open_absences, absence.places)
    require_possible(told, today, len(open_absences))
    return absence


async def get_absence(uow: UnitOfWork, caller: Caller, absence_id: UUID) -> tuple[ToldAbsence, StudentsAbsence]:
    """Return an existing absence. It is not locked yet; see `on_roll_sheets` and `lock_absence`.

    Raises ExpectedAbsenceNotFound, and PermissionDenied for staff who may not decide it.
    """
    found = await read_expected_absences(uow.connection, uow.organization_id, [absence_id], visibility_of(caller))
    if absence_id not in found:
        raise ExpectedAbsenceNotFound
    require_recorder(caller)
    absence = await _with_places(uow, found[absence_id].student_id, found[absence_id].told)
    await _require_own_classes(uow, caller, absence)
    return found[absence_id], absence


async def lock_absence(uow: UnitOfWork, absence_id: UUID, *states: ExpectedAbsenceState) -> None:
    """Lock the absence until the end of the transaction.

    Raises ExpectedAbsenceSettled when it is in another state. When two people decide it at the same time, the second
    waits here and then learns what the first has decided.
    """
    if await lock_expected_absence(uow, absence_id) not in states:
        found = await read_expected_absences(uow.connection, uow.organization_id, [absence_id], Visibility())
        require_open(found[absence_id], *states)


@asynccontextmanager
async def on_roll_sheets(
    uow: UnitOfWork, absence: StudentsAbsence, author: Author, now: datetime
) -> AsyncIterator[None]:
    """Wrap what creates or ends an approved absence: the roll sheets that it covers are locked, and their changes
    are numbered (R10.1).
    """
    told = absence.told
    offerings = {slot.id: each.place.offering.id for each in absence.places for slot in each.place.timeslots}
    # A window also covers an occurrence that runs into it from the day before.
    first_on = told.starts_on if told.window_start is None else told.starts_on - _DAY
    async with roster_changed(
        uow,
        absence.student_id,
        author=author,
        now=now,
        offering_ids={offerings[key.timeslot_id] for key in absence.hits},
        dates=DateSpan(first_on, told.ends_on),
    ):
        yield


def require_recorder(caller: Caller) -> None:
    """Raise PermissionDenied when staff lack attendance FULL. Families need no permission."""
    if caller.portal is Portal.CUSTOMER or may_record_attendance(caller):
        return
    full = Permission.STAFF_ATTENDANCE_FULL if caller.portal is Portal.STAFF else Permission.OFFICE_ATTENDANCE_FULL
    raise PermissionDenied(full, "You may see expected absences, but you may not change them.")


def require_excuser(caller: Caller) -> None:
    """Raise PermissionDenied when the caller may not excuse absences."""
    if not may_excuse(caller):
        raise PermissionDenied(Permission.EXCUSE_ABSENCES, "You may not excuse absences. Record it without an excuse.")


async def _require_visible(uow: UnitOfWork, caller: Caller, student_id: UUID) -> None:
    seen = await read_students(uow.connection, uow.organization_id, [student_id], visibility_of(caller))
    if student_id not in seen:
        raise StudentNotFound


async def _with_places(uow: UnitOfWork, student_id: UUID, told: ExpectedAbsence) -> StudentsAbsence:
    places = (await read_enrollments(uow.connection, uow.organization_id, [student_id]))[student_id]
    return StudentsAbsence(student_id, told, places, hit_keys(told, places))


async def _require_own_classes(uow: UnitOfWork, caller: Caller, absence: StudentsAbsence) -> None:
    if caller.portal is Portal.CUSTOMER:
        return
    taught = await read_taught(uow.connection, uow.organization_id, caller.id)
    require_own_classes(caller, absence.told, absence.places, taught)
