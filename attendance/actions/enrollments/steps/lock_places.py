"""The first steps of every action on enrollments: lock the offerings, and read what the caller may see of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.actions.enrollments.steps.default_newcomer import default_newcomer
from attendance.actions.roster.steps.roster_changed import RosterChange
from attendance.rules.calendar.timeslots import local_date
from attendance.rules.enrollments.enrolling import require_meeting, require_not_enrolled, require_opening
from attendance.rules.enrollments.places import Place, Timetable
from attendance.rules.enrollments.waiting import require_place_beside_line
from attendance.rules.organization.permissions import Caller, Viewer, may_see_attendance, sees_all_occurrences
from attendance.rules.refusals import NothingFound
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentType
from db.calendar.timetables import lock_offerings, read_timetables
from db.driver import by_driver
from db.enrollments.enrollments import find_enrollment, is_enrollable, marked_among, read_absences, read_places
from db.enrollments.waiting import close_waiting
from db.enrollments.waiting_lines import read_line
from db.people.students import Visibility, read_students
from db.roster.roster_changes import DAYS_BACK
from db.unit_of_work import UnitOfWork

# These places last, so a student who waits could have them. A single day takes only one date.
_LASTING = frozenset({EnrollmentType.ACTIVE, EnrollmentType.TRIAL})


async def lock_timetables(
    uow: UnitOfWork, caller: Caller, offering_ids: Collection[UUID], *, since: date
) -> Mapping[UUID, Timetable]:
    """Lock the offerings, so that nobody else gives or ends places in them until the transaction ends.

    Raises NothingFound when one does not exist or the caller may not see it (R11.3).
    """
    timetables = await _timetables(uow, caller, offering_ids, since)
    if timetables is None:
        raise NothingFound("There is no such offering.")
    return timetables


async def lock_enrollment(
    uow: UnitOfWork, caller: Caller, enrollment_id: UUID, *, since: date, to_offering: UUID | None = None
) -> tuple[RosterEnrollment, UUID, Mapping[UUID, Timetable]]:
    """Return the enrollment, the id of its offering, and the timetables of this and of the target offering. Both
    offerings are locked.

    Raises NothingFound.
    """
    message = "There is no such enrollment." if to_offering is None else "There is no such enrollment or offering."
    found = await find_enrollment(uow, enrollment_id)
    if found is None:
        raise NothingFound(message)
    offering_id = found[0]
    timetables = await _timetables(uow, caller, {offering_id, to_offering or offering_id}, since)
    # What was read before the lock may have changed before it was granted.
    again = await find_enrollment(uow, enrollment_id)
    if timetables is None or again is None:
        raise NothingFound(message)
    return again[1], offering_id, timetables


async def is_seen(uow: UnitOfWork, caller: Caller, student_id: UUID) -> bool:
    """Return whether the caller sees the student and the student is not deleted."""
    visibility = Visibility(visible_to=_visible_to(caller))
    seen = await read_students(uow.connection, uow.organization_id, [student_id], visibility)
    return may_see_attendance(caller) and student_id in seen and await is_enrollable(uow, student_id)


async def require_student(uow: UnitOfWork, caller: Caller, student_id: UUID) -> None:
    """Raise NothingFound when the caller does not see the student."""
    if not await is_seen(uow, caller, student_id):
        raise NothingFound("There is no such student.")


async def require_place(
    uow: UnitOfWork,
    timetable: Timetable,
    student_id: UUID,
    type: EnrollmentType,
    place: Place,
    *,
    now: datetime,
    leaving: RosterEnrollment | None = None,
    is_offered: bool = False,
) -> None:
    """Raise a refusal when the student cannot have the place. The caller holds the offering's lock, so that the last
    place is given only once.

    leaving -- an enrollment that ends in the same act, as it will be. It may be in the same offering.
    is_offered -- whether the place is held for the student. It is then given whatever the line and the capacity are by
        now, because a lower capacity takes no place from anybody.

    Raises NothingFound, OfferingDoesNotMeet, AlreadyEnrolled, OfferingFull and PlacesForWaitlist.
    """
    require_meeting(timetable, place)
    since, until = place.starts_on, place.drop_on
    found = await read_places(
        uow.connection,
        uow.organization_id,
        timetable.offering.id,
        dates=place.span,
        now=uow.time_under_lock(now),
        for_student=student_id,
    )
    taken = [leaving if leaving and each.id == leaving.id else each for each in found]
    require_not_enrolled(student_id, type, place, taken)
    if type is EnrollmentType.WAITLIST or timetable.is_unlimited or is_offered:
        return
    students = {each.student_id for each in taken}
    # A window on the day after can cover a class that runs past midnight.
    day_after = until and until + timedelta(days=1)
    absences = await read_absences(uow.connection, uow.organization_id, students, since=since, until=day_after)
    today = today_of(timetable, now)
    require_opening(timetable, place, today, taken, absences)
    if type in _LASTING:
        line = await read_line(uow, timetable.offering.id, now=now)
        require_place_beside_line(timetable, line, (student_id, place), today, (taken, absences))


async def end_waiting(uow: UnitOfWork, place_id: UUID, *, now: datetime) -> None:
    """End the student's WAITLIST enrollment in the offering if the new place is ACTIVE. The caller holds the offering's
    lock.
    """
    await close_waiting(partial(by_driver, uow.connection), uow.organization_id, [place_id], now)


async def default_newcomers(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, change: RosterChange, *, now: datetime
) -> None:
    """Default the student on each roll sheet that they have just joined and that has begun (R4.7).

    Past days that are near are included. Older ones are not, so an enrollment that is entered late earns no absences of
    months ago.
    """
    recent = [
        head.key
        for head in change.heads
        if head.key in change.joined and head.key.held_on >= local_date(now, head.zone) - timedelta(DAYS_BACK)
    ]
    for key in await marked_among(uow, recent):
        await default_newcomer(uow, viewer, key, student_id, now=now)


def today_of(timetable: Timetable, now: datetime) -> date:
    """Return the current date at the offering's location."""
    return local_date(now, ZoneInfo(timetable.offering.location.time_zone))


def ended(enrollment: RosterEnrollment, drop_on: date) -> RosterEnrollment:
    """Return the enrollment as it is after its drop."""
    return replace(enrollment, drop_on=drop_on)


async def _timetables(
    uow: UnitOfWork, caller: Caller, offering_ids: Collection[UUID], since: date
) -> Mapping[UUID, Timetable] | None:
    wanted = set(offering_ids)
    await lock_offerings(uow, wanted)
    found = await read_timetables(
        uow.connection, uow.organization_id, wanted, since=since, visible_to=_visible_to(caller)
    )
    return found if may_see_attendance(caller) and found.keys() == wanted else None


def _visible_to(caller: Caller) -> UUID | None:
    return None if sees_all_occurrences(caller) else caller.person_id
