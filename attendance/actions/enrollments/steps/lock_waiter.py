"""The first step of every action on a WAITLIST enrollment: lock the offering, then read the line and the last offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import today_of
from attendance.rules.calendar.occurrences import OfferingFacts
from attendance.rules.enrollments.enrollment_refusals import EnrollmentEnded, EnrollmentTypeNotAllowed
from attendance.rules.enrollments.places import Timetable
from attendance.rules.enrollments.waiting import Waiter
from attendance.rules.organization.permissions import Caller, may_see_attendance, sees_all_occurrences
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import EnrollmentType, Portal
from db.calendar.timetables import lock_offerings, read_timetables
from db.enrollments.waiting_lines import find_waiter
from db.people.students import read_students, visibility_of
from db.unit_of_work import UnitOfWork

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LockedWaiter:
    """A WAITLIST enrollment with its offering's timetable. The offering is locked; `at` is the time under the lock."""

    waiter: Waiter
    timetable: Timetable
    at: datetime

    @property
    def offering(self) -> OfferingFacts:
        return self.timetable.offering

    def require_waiting(self) -> None:
        """Raise EnrollmentTypeNotAllowed and EnrollmentEnded when the enrollment does not wait for a place."""
        enrollment = self.waiter.enrollment
        if enrollment.type is not EnrollmentType.WAITLIST:
            raise EnrollmentTypeNotAllowed(enrollment.type, "Only a WAITLIST enrollment waits for a place.")
        today = today_of(self.timetable, self.at)
        if enrollment.is_deleted or (enrollment.drop_on is not None and enrollment.drop_on <= today):
            raise EnrollmentEnded(enrollment.drop_on, "The student does not wait for a place any more.")


async def lock_waiter(uow: UnitOfWork, caller: Caller, enrollment_id: UUID, *, now: datetime) -> LockedWaiter:
    """Lock the offering of the enrollment. Guardians see their own students; staff see what they see elsewhere.

    Raises NothingFound.
    """
    found = await find_waiter(uow, enrollment_id)
    if found is None:
        raise NothingFound("There is no such enrollment.")
    offering_id = found[0]
    await lock_offerings(uow, [offering_id])
    at = uow.time_under_lock(now)
    # What was read before the lock may have changed before it was granted.
    again = await find_waiter(uow, enrollment_id)
    timetables = await _timetables(uow, caller, offering_id, at)
    if again is None or offering_id not in timetables or not await _is_seen(uow, caller, again[1]):
        raise NothingFound("There is no such enrollment.")
    return LockedWaiter(again[1], timetables[offering_id], at)


async def _timetables(uow: UnitOfWork, caller: Caller, offering_id: UUID, now: datetime) -> Mapping[UUID, Timetable]:
    sees_all = caller.portal is Portal.CUSTOMER or sees_all_occurrences(caller)
    return await read_timetables(
        uow.connection,
        uow.organization_id,
        [offering_id],
        since=now.date() - _DAY,
        visible_to=None if sees_all else caller.person_id,
    )


async def _is_seen(uow: UnitOfWork, caller: Caller, waiter: Waiter) -> bool:
    if caller.portal is not Portal.CUSTOMER:
        return may_see_attendance(caller)
    student_id = waiter.enrollment.student_id
    return student_id in await read_students(uow.connection, uow.organization_id, [student_id], visibility_of(caller))
