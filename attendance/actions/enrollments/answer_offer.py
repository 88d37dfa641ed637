"""The actions that settle an offer of a place: accepting, declining and withdrawing it."""

from datetime import datetime
from uuid import UUID

from attendance.actions.enrollments.enroll_student import Enrolled, NewPlace, give_place
from attendance.actions.enrollments.steps.lock_places import require_place, today_of
from attendance.actions.enrollments.steps.lock_waiter import LockedWaiter, lock_waiter
from attendance.actions.enrollments.steps.offer_places import settle_and_offer, settle_offer
from attendance.rules.enrollments.places import Place
from attendance.rules.enrollments.waiting import require_open
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import EnrollmentType, PlaceOfferState
from db.enrollments.place_offers import end_waits
from db.unit_of_work import UnitOfWork


async def accept_place(uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, *, now: datetime) -> Enrolled:
    """Give the student the place that is held: an ACTIVE enrollment from the offered date on, or from today on when
    that has passed. The wait ends.

    The student appears on open roll sheets at once.

    Raises NothingFound, PlaceNotOffered, PlaceOfferOver, OfferingDoesNotMeet and AlreadyEnrolled.
    """
    locked = await lock_waiter(uow, viewer.caller, enrollment_id, now=now)
    offer = require_open(locked.waiter.offer, locked.at)
    locked.require_waiting()
    waiting = locked.waiter.enrollment
    place = Place(max(offer.starts_on, today_of(locked.timetable, locked.at)), waiting.drop_on, waiting.timeslot_id)
    new = NewPlace(
        waiting.student_id,
        locked.offering.id,
        EnrollmentType.ACTIVE,
        place.starts_on,
        place.drop_on,
        place.timeslot_id,
    )
    await require_place(
        uow, locked.timetable, waiting.student_id, EnrollmentType.ACTIVE, place, now=now, is_offered=True
    )
    await settle_offer(uow, enrollment_id, PlaceOfferState.ACCEPTED, by=viewer.caller.id, now=locked.at)
    return await give_place(uow, viewer, new, locked.timetable, now=now)


async def decline_place(uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, *, now: datetime) -> Enrolled:
    """Give up the place that is held. The WAITLIST enrollment ends, and the place is free for the next student.

    Raises NothingFound, PlaceNotOffered and PlaceOfferOver.
    """
    locked = await _settle(uow, viewer, enrollment_id, PlaceOfferState.DECLINED, now=now)
    await end_waits(uow, [enrollment_id], now=locked.at)
    await settle_and_offer(uow, [locked.offering.id], viewer.settings, now=now)
    return Enrolled(enrollment_id)


async def withdraw_place(uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, *, now: datetime) -> Enrolled:
    """Withdraw the offer. The student keeps the position in line, and gets another offer only by `offer_place`.

    Raises NothingFound, PlaceNotOffered and PlaceOfferOver.
    """
    locked = await _settle(uow, viewer, enrollment_id, PlaceOfferState.WITHDRAWN, now=now)
    await settle_and_offer(uow, [locked.offering.id], viewer.settings, now=now)
    return Enrolled(enrollment_id)


async def _settle(
    uow: UnitOfWork, viewer: Viewer, enrollment_id: UUID, state: PlaceOfferState, *, now: datetime
) -> LockedWaiter:
    locked = await lock_waiter(uow, viewer.caller, enrollment_id, now=now)
    require_open(locked.waiter.offer, locked.at)
    await settle_offer(uow, enrollment_id, state, by=viewer.caller.id, now=locked.at)
    return locked
