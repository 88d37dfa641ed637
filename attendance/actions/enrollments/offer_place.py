"""The action that offers a place to a student who waits, and holds it."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import today_of
from attendance.actions.enrollments.steps.lock_waiter import LockedWaiter, lock_waiter
from attendance.actions.enrollments.steps.offer_places import end_over, read_occupied
from attendance.actions.enrollments.steps.tell_offers import tell_offered
from attendance.rules.enrollments.enrolling import require_meeting, require_opening
from attendance.rules.enrollments.places import Place, open_from
from attendance.rules.enrollments.waiting import allot, wanted_place
from attendance.rules.enrollments.waiting_refusals import OfferOutOfOrder, PlaceAlreadyOffered, PlaceOfferOver
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import PlaceOfferState
from db.enrollments.place_offers import add_offers
from db.enrollments.waiting_lines import read_line
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PlaceOffered:
    enrollment_id: UUID


async def offer_place(
    uow: UnitOfWork,
    viewer: Viewer,
    enrollment_id: UUID,
    *,
    until: datetime,
    starts_on: date | None,
    now: datetime,
) -> PlaceOffered:
    """Offer a place to the student who waits, and hold it until `until`. The family is told by e-mail.

    starts_on -- the first date of the place. None means the first date from which a place is free until the
        enrollment ends

    Raises NothingFound, EnrollmentTypeNotAllowed, EnrollmentEnded, PlaceAlreadyOffered, PlaceOfferOver,
    OfferOutOfOrder, OfferingDoesNotMeet and OfferingFull.
    """
    locked = await lock_waiter(uow, viewer.caller, enrollment_id, now=now)
    locked.require_waiting()
    offer = locked.waiter.offer
    if offer is not None and offer.state is PlaceOfferState.OPEN and offer.holds_until > locked.at:
        raise PlaceAlreadyOffered(offer.holds_until, "A place is already offered to the student.")
    if until <= locked.at:
        raise PlaceOfferOver(until, "The offer would be over at once. Give a time in the future.")
    await end_over(uow, [locked.offering.id], now=locked.at)
    first = await _first_date(uow, locked, starts_on)
    offers = await add_offers(
        uow, [(enrollment_id, first)], holds_until=until, offered_by_id=viewer.caller.id, now=locked.at
    )
    await tell_offered(uow, offers, now=locked.at)
    return PlaceOffered(enrollment_id)


async def _first_date(uow: UnitOfWork, locked: LockedWaiter, starts_on: date | None) -> date:
    """Return the first date of the place. A place is free from then on until the enrollment ends."""
    timetable, enrollment = locked.timetable, locked.waiter.enrollment
    today = today_of(timetable, locked.at)
    line = await read_line(uow, locked.offering.id, now=locked.at)
    if all(waiter.enrollment.id != enrollment.id for waiter in line):
        # The last offer has run out and has ended the wait, although no job has recorded that yet.
        locked_offer = locked.waiter.offer
        raise PlaceOfferOver(
            locked_offer.holds_until if locked_offer else locked.at, "The last offer is over, and with it the wait."
        )
    taken, absences = await read_occupied(uow, timetable, now=locked.at)
    ahead = takewhile(lambda waiter: waiter.enrollment.id != enrollment.id, line)
    for waiter, _ in allot(timetable, ahead, today, taken, absences):
        raise OfferOutOfOrder(
            waiter.enrollment.id, "Somebody who joined the waitlist earlier can be given the place. Offer it to them."
        )
    wanted = wanted_place(enrollment, today)
    place = Place(max(starts_on or wanted.starts_on, wanted.starts_on), wanted.drop_on, wanted.timeslot_id)
    require_meeting(timetable, place)
    first = place.starts_on if starts_on is not None else open_from(timetable, place, taken, absences)
    if first is not None and first != place.starts_on:
        return first
    require_opening(timetable, place, today, taken, absences)
    return place.starts_on
