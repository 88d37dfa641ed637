"""Register a family at the desk, with guardians, students and their places, in one act (R13.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.actions.enrollments.enroll_student import NewPlace, enroll_student
from attendance.actions.people.create_student import require_may_add
from attendance.actions.people.steps.family_changed import require_family
from attendance.actions.people.steps.give_address import give_address
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments.places import Place
from attendance.rules.organization.permissions import Viewer, may
from attendance.rules.people.duplicates import PossibleDuplicates
from attendance.rules.people.registering import NewFamily, NewGuardian, NewStudent, reached_by, require_sight_of_all
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import EnrollmentType, Permission
from db.calendar.timetables import lock_offerings
from db.ids import new_id
from db.people.duplicates import find_duplicates, lock_registering
from db.people.household_changes import add_family, add_guardian, add_student
from db.roster.roster_changes import find_sheets, lock_occurrences
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WantedPlace:
    """A place for a student who is registered in the same act, as NewPlace has it."""

    offering_id: UUID
    type: EnrollmentType
    starts_on: date
    drop_on: date | None = None
    timeslot_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """Who is registered. `family` is the id of a family to which the others are added, or the facts of a new one."""

    family: NewFamily | UUID
    guardians: tuple[NewGuardian, ...]
    students: tuple[tuple[NewStudent, tuple[WantedPlace, ...]], ...]
    despite_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class FamilyRegistered:
    family_id: UUID
    guardian_ids: tuple[UUID, ...]
    student_ids: tuple[UUID, ...]
    enrollment_ids: tuple[UUID, ...]


async def register_family(uow: UnitOfWork, viewer: Viewer, new: Registration, *, now: datetime) -> FamilyRegistered:
    """Register everybody and give the places, or do nothing. The students appear on open roll sheets at once.

    Raises PermissionDenied, PossibleDuplicates, GuardianEmailTaken, NothingFound, and what `enroll_student` raises.
    """
    _require_permissions(viewer, new)
    await lock_registering(uow)
    into = new.family if isinstance(new.family, UUID) else None
    if not new.despite_duplicates:
        await _require_unknown(uow, new, into)
    for email in sorted({each.email for each in new.guardians if each.email is not None}):
        await give_address(uow, email)
    ids = [new_id() for _ in new.students]
    await _lock_sheets(uow, new, ids, now)
    if into is not None:
        await require_family(uow, into)
    family_id = into or await add_family(uow, reached_by(new.family, new.guardians))  # type: ignore[arg-type]
    guardians = [await add_guardian(uow, family_id, each) for each in new.guardians]
    for id_, (student, _) in zip(ids, new.students, strict=True):
        await add_student(uow, family_id, student, id_)
    enrolled = [await enroll_student(uow, viewer, place, now=now) for place in _places(new, ids)]
    return FamilyRegistered(family_id, tuple(guardians), tuple(ids), tuple(each.enrollment_id for each in enrolled))


def _require_permissions(viewer: Viewer, new: Registration) -> None:
    require_sight_of_all(viewer.caller)
    for student, _ in new.students:
        require_may_add(viewer, student)
    if any(places for _, places in new.students) and not may(viewer.caller, Permission.MANAGE_ENROLLMENTS):
        raise PermissionDenied(Permission.MANAGE_ENROLLMENTS, "Enrolling needs the permission MANAGE_ENROLLMENTS.")


async def _require_unknown(uow: UnitOfWork, new: Registration, into: UUID | None) -> None:
    family = new.family if isinstance(new.family, NewFamily) else NewFamily("")
    phones = [*(number for each in new.guardians for number in each.phones)]
    emails = [email for email in (family.email, *(each.email for each in new.guardians)) if email is not None]
    found = await find_duplicates(
        uow,
        [family.phone, *phones] if family.phone is not None else phones,
        emails,
        [student for student, _ in new.students],
        into_family=into,
    )
    if found:
        raise PossibleDuplicates(tuple(found))


async def _lock_sheets(uow: UnitOfWork, new: Registration, ids: list[UUID], now: datetime) -> None:
    """Lock the offerings and then the occurrences of all places together, so that each place finds its locks taken in
    the order of UnitOfWork.
    """
    places = _places(new, ids)
    if not places:
        return
    await lock_offerings(uow, {each.offering_id for each in places})
    sheets: set[OccurrenceKey] = set()
    for each in places:
        span = Place(each.starts_on, each.drop_on, each.timeslot_id).span
        sheets.update(await find_sheets(uow, each.student_id, [each.offering_id], span, now))
    await lock_occurrences(uow, sorted(sheets, key=lambda key: (key.timeslot_id, key.held_on)))


def _places(new: Registration, ids: list[UUID]) -> list[NewPlace]:
    return [
        NewPlace(id_, it.offering_id, it.type, it.starts_on, it.drop_on, it.timeslot_id)
        for id_, (_, places) in zip(ids, new.students, strict=True)
        for it in places
    ]
