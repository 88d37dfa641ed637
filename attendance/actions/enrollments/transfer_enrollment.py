"""The action that moves a student from one place to another (R3.4, TRANSFER)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import (
    default_newcomers,
    end_waiting,
    ended,
    lock_enrollment,
    require_place,
    today_of,
)
from attendance.actions.enrollments.steps.offer_places import settle_and_offer
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.actions.tokens.steps.follow_leaving import follow_new_place
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.enrollments.enrolling import plan_transfer
from attendance.rules.enrollments.enrollment_refusals import EnrollmentEnded
from attendance.rules.enrollments.places import Place
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import EnrollmentEnd
from db.enrollments.enrollments import add_enrollment, end_enrollment, has_transfer
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Transferred:
    source_id: UUID
    enrollment_id: UUID


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a transfer. `timeslot_id` is None for all timeslots, and `drop_on` is None when it has no end."""

    offering_id: UUID
    starts_on: date
    drop_on: date | None = None
    timeslot_id: UUID | None = None


async def transfer_enrollment(
    uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, target: Target, *, now: datetime
) -> Transferred:
    """Transfer the enrollment. It ends on the day before the new start, and can be transferred only once.

    The new enrollment has the same type. If it is ACTIVE, it ends the student's WAITLIST enrollment there. It can be in
    the same offering, at another timeslot.

    Raises NothingFound, EnrollmentEnded, EnrollmentTypeNotAllowed, OfferingDoesNotMeet, AlreadyEnrolled,
    OfferingFull and PlacesForWaitlist.
    """
    source, offering_id, timetables = await lock_enrollment(
        uow, viewer.caller, enrollment_id, since=target.starts_on, to_offering=target.offering_id
    )
    last_day = plan_transfer(source, target.starts_on)
    if await has_transfer(uow, source.id):
        raise EnrollmentEnded(source.drop_on, "The enrollment was already transferred.")
    place = Place(target.starts_on, target.drop_on, target.timeslot_id)
    timetable, left = timetables[target.offering_id], ended(source, last_day)
    await require_place(uow, timetable, source.student_id, source.type, place, now=now, leaving=left)
    async with roster_changed(
        uow,
        source.student_id,
        author=Author.of(viewer.caller),
        now=now,
        offering_ids={offering_id, target.offering_id},
        dates=DateSpan(target.starts_on),
    ) as change:
        await end_enrollment(uow, source.id, last_day, EnrollmentEnd.TRANSFERRED)
        new_id = await add_enrollment(
            uow,
            target.offering_id,
            source.student_id,
            type=source.type,
            starts_on=target.starts_on,
            drop_on=target.drop_on,
            timeslot_id=target.timeslot_id,
            now=now,
            transferred_from_id=source.id,
        )
        await end_waiting(uow, new_id, now=now)
    await settle_and_offer(uow, {offering_id, target.offering_id}, viewer.settings, now=now)
    await follow_new_place(uow, source.student_id, today=today_of(timetable, now))
    await default_newcomers(uow, viewer, source.student_id, change, now=now)
    return Transferred(source.id, new_id)
