"""The action that enrolls a student in an offering (R3.1, R8.6)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import (
    default_newcomers,
    end_waiting,
    lock_timetables,
    require_place,
    require_student,
    today_of,
)
from attendance.actions.enrollments.steps.offer_places import settle_and_offer
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.actions.tokens.steps.follow_leaving import follow_new_place
from attendance.rules.enrollments.enrolling import require_given_here
from attendance.rules.enrollments.places import Place, Timetable
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import EnrollmentType
from db.enrollments.enrollments import add_enrollment
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Enrolled:
    enrollment_id: UUID


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A new enrollment. `timeslot_id` is None for all timeslots, and `drop_on` is None when it has no end. The two
    dates of a SINGLE_DAY are the same.
    """

    student_id: UUID
    offering_id: UUID
    type: EnrollmentType
    starts_on: date
    drop_on: date | None = None
    timeslot_id: UUID | None = None


async def enroll_student(uow: UnitOfWork, viewer: Viewer, new: NewPlace, *, now: datetime) -> Enrolled:
    """Enroll the student. The last place is given only once, even when several ask for it at the same time.

    An ACTIVE place ends the student's WAITLIST enrollment in the offering.

    The student appears on open roll sheets at once, with a defaulted absence on those that have begun checking in
    (R4.7). Makeup tokens that were about to lapse are kept (R8.11).

    Raises EnrollmentTypeNotAllowed, NothingFound, OfferingDoesNotMeet, AlreadyEnrolled, OfferingFull and
    PlacesForWaitlist; nothing is changed then.
    """
    require_given_here(new.type)
    place = Place(new.starts_on, new.drop_on, new.timeslot_id)
    timetables = await lock_timetables(uow, viewer.caller, [new.offering_id], since=new.starts_on)
    await require_student(uow, viewer.caller, new.student_id)
    timetable = timetables[new.offering_id]
    await require_place(uow, timetable, new.student_id, new.type, place, now=now)
    enrolled = await give_place(uow, viewer, new, timetable, now=now)
    if new.type is EnrollmentType.WAITLIST:
        await settle_and_offer(uow, [new.offering_id], viewer.settings, now=now)
    return enrolled


async def give_place(
    uow: UnitOfWork, viewer: Viewer, new: NewPlace, timetable: Timetable, *, now: datetime
) -> Enrolled:
    """Write the enrollment and its consequences. The caller holds the offering's lock and has checked that the student
    can have the place.
    """
    place = Place(new.starts_on, new.drop_on, new.timeslot_id)
    async with roster_changed(
        uow,
        new.student_id,
        author=Author.of(viewer.caller),
        now=now,
        offering_ids=[new.offering_id],
        dates=place.span,
    ) as change:
        enrollment_id = await add_enrollment(
            uow,
            new.offering_id,
            new.student_id,
            type=new.type,
            starts_on=new.starts_on,
            drop_on=new.drop_on,
            timeslot_id=new.timeslot_id,
            # This time decides the position on a waitlist.
            now=uow.time_under_lock(now),
        )
        await end_waiting(uow, enrollment_id, now=now)
    await follow_new_place(uow, new.student_id, today=today_of(timetable, now))
    await default_newcomers(uow, viewer, new.student_id, change, now=now)
    return Enrolled(enrollment_id)
