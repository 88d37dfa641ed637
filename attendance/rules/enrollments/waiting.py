"""Rules of waiting for a place: who is next, and whether an offer can be answered. The order of joining decides."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import takewhile
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.enrollments.places import Place, Timetable, first_full, held, open_from
from attendance.rules.enrollments.waiting_refusals import PlaceNotOffered, PlaceOfferOver, PlacesForWaitlist
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import PlaceOfferState


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that was offered, from `starts_on` on. It holds the place until `holds_until` while it is open."""

    id: UUID
    state: PlaceOfferState
    starts_on: date
    holds_until: datetime


@dataclass(frozen=True, slots=True)
class Waiter:
    """An enrollment of type WAITLIST, and the last offer to it."""

    enrollment: RosterEnrollment
    offer: Offer | None

    @property
    def is_next(self) -> bool:
        """Whether a place that becomes free is offered to this enrollment before those behind it. False while a place
        is held for it, and after staff have withdrawn an offer to it, until they offer again.
        """
        return self.offer is None or self.offer.state not in (PlaceOfferState.OPEN, PlaceOfferState.WITHDRAWN)


def wanted_place(waiting: RosterEnrollment, today: date) -> Place:
    """Return the place for which the enrollment waits: its timeslots, on its dates from today on."""
    return Place(max(today, waiting.starts_on), waiting.drop_on, waiting.timeslot_id)


def allot(
    timetable: Timetable,
    line: Iterable[Waiter],
    today: date,
    taken: Sequence[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> Iterator[tuple[Waiter, date]]:
    """Yield the enrollments in line that can be given a place, in the order of the line, each with the first date of
    its place.

    taken -- the places that are taken or held

    Each place that is yielded counts as taken for those behind. An enrollment that cannot be given a place does not
    hold up those behind, for example one for all timeslots while only one timeslot has a place.
    """
    given = list(taken)
    hopeless = set[Place]()
    for waiter in line:
        place = wanted_place(waiter.enrollment, today)
        if not waiter.is_next or place in hopeless:
            continue
        starts_on = open_from(timetable, place, given, absences)
        if starts_on is None:
            hopeless.add(place)
            continue
        yield waiter, starts_on
        given.append(held(waiter.enrollment, starts_on))


def require_place_beside_line(
    timetable: Timetable,
    line: Sequence[Waiter],
    asked: tuple[UUID, Place],
    today: date,
    occupied: tuple[Sequence[RosterEnrollment], Mapping[UUID, Sequence[ExpectedAbsence]]],
) -> None:
    """Raise PlacesForWaitlist when an enrollment in line can be given the place. A student who is in line must wait
    only for those ahead.

    asked -- the student and the place, which has been found open
    occupied -- the places that are taken or held, and the absences of those students
    """
    student_id, place = asked
    taken, absences = occupied
    ahead = list(takewhile(lambda waiter: waiter.enrollment.student_id != student_id, line))
    first: Waiter | None = None
    given = list(taken)
    for waiter, starts_on in allot(timetable, ahead, today, taken, absences):
        first = first or waiter
        given.append(held(waiter.enrollment, starts_on))
        if first_full(timetable, replace(place, starts_on=max(place.starts_on, today)), given, absences) is not None:
            raise PlacesForWaitlist(
                first.enrollment.id,
                f"The free places in {timetable.offering.name} are for students who wait. Offer the place to them in "
                "their order.",
            )


def require_open(offer: Offer | None, now: datetime) -> Offer:
    """Return the offer if it can be answered. Raises PlaceOfferOver and PlaceNotOffered."""
    if offer is not None and (
        offer.state is PlaceOfferState.OVER or (offer.state is PlaceOfferState.OPEN and offer.holds_until <= now)
    ):
        raise PlaceOfferOver(offer.holds_until, "The offer is over: the place was held until then.")
    if offer is None or offer.state is not PlaceOfferState.OPEN:
        state = None if offer is None else offer.state
        said = "No place is offered." if state is None else f"No place is offered any more: {state.value.lower()}."
        raise PlaceNotOffered(state, said)
    return offer
