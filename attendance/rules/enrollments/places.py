"""Rules of places: when an offering meets on the dates of an enrollment, and whether it is full then (R8.6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence, covering
from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.occurrences import OfferingFacts
from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, OccurrenceKey, Timeslot, next_date
from attendance.rules.enrollments.enrollment_refusals import OfferingFull
from attendance.rules.roster.roster import RosterEnrollment, covers, speaking
from attendance.rules.vocabulary import EnrollmentType

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """An offering and its series, which has the timeslots that are not deleted.

    formerly -- the capacities that hold until a change that lies ahead, with their dates (R13.2). On all other dates
        the offering's own holds.
    """

    offering: OfferingFacts
    series: Series
    formerly: tuple[tuple[DateSpan, int | None], ...] = ()

    @property
    def is_unlimited(self) -> bool:
        return self.offering.capacity is None and all(capacity is None for _, capacity in self.formerly)

    def capacity_on(self, on_date: date) -> int | None:
        """Return the number of places on the date, or None when it is unlimited."""
        return next((capacity for span, capacity in self.formerly if on_date in span), self.offering.capacity)

    def slots(self, timeslot_id: UUID | None) -> tuple[Timeslot, ...]:
        """Return the one timeslot, or all when `timeslot_id` is None."""
        return tuple(slot for slot in self.series.timeslots if timeslot_id in (None, slot.id))


@dataclass(frozen=True, slots=True)
class Place:
    """A requested place over inclusive dates. `drop_on` is None when it has no end, and `timeslot_id` is None for
    all timeslots.
    """

    starts_on: date
    drop_on: date | None = None
    timeslot_id: UUID | None = None

    @property
    def span(self) -> DateSpan:
        return DateSpan(self.starts_on, self.drop_on)


def overlaps(place: Place, enrollment: RosterEnrollment) -> bool:
    """Return whether they share a date and a timeslot. A deleted enrollment shares nothing."""
    shares_slot = None in (place.timeslot_id, enrollment.timeslot_id) or place.timeslot_id == enrollment.timeslot_id
    return (
        not enrollment.is_deleted
        and shares_slot
        and (place.drop_on is None or enrollment.starts_on <= place.drop_on)
        and (enrollment.drop_on is None or place.starts_on <= enrollment.drop_on)
    )


def held(waiting: RosterEnrollment, starts_on: date) -> RosterEnrollment:
    """Return the place that is held for a WAITLIST enrollment as the ACTIVE place that it would become."""
    return replace(waiting, type=EnrollmentType.ACTIVE, starts_on=starts_on)


def first_meeting(timetable: Timetable, place: Place) -> OccurrenceKey | None:
    """Return the first occurrence that is held within the place, or None."""
    found = (_next_meeting(timetable, slot, place.span) for slot in timetable.slots(place.timeslot_id))
    return min((key for key in found if key is not None), key=lambda key: key.held_on, default=None)


def first_full(
    timetable: Timetable,
    place: Place,
    taken: Sequence[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> OccurrenceKey | None:
    """Return the first occurrence within the place that is full, or None when every date has an open place.

    The places taken are the students on the roster, whatever the type of their enrollments, minus those whom an
    approved expected absence covers (R6.3). Their number changes only on dates on which an enrollment or an absence
    begins or ends, and the capacity on dates from which a change of it holds. Between two such dates the first meeting
    stands for the others, so a place without an end does not require looking at endless dates.
    """
    if timetable.is_unlimited:
        return None
    changes = [span.ends_on + _DAY for span, _ in timetable.formerly if span.ends_on is not None]
    full = (
        key
        for slot in timetable.slots(place.timeslot_id)
        for since in _turns(place, taken, absences, changes)
        if (key := _next_meeting(timetable, slot, place.span.clip(DateSpan(since)))) is not None
        and (capacity := timetable.capacity_on(key.held_on)) is not None
        and places_taken(key, slot, taken, absences) >= capacity
    )
    return min(full, key=lambda key: key.held_on, default=None)


def open_from(
    timetable: Timetable,
    place: Place,
    taken: Sequence[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> date | None:
    """Return the first date from which a place is open on each date until the place ends. None when there is no such
    date, or when the offering does not meet from then on.
    """
    opens_on = place.starts_on
    changes = [span.ends_on + _DAY for span, _ in timetable.formerly if span.ends_on is not None]
    for slot in timetable.slots(place.timeslot_id):
        turns = list(_turns(place, taken, absences, changes))
        for since, following in reversed(list(pairwise([*turns, None]))):
            within = place.span.clip(DateSpan(since, following and following - _DAY))
            key = _next_meeting(timetable, slot, within)
            if key is None or (capacity := timetable.capacity_on(key.held_on)) is None:
                continue
            if places_taken(key, slot, taken, absences) >= capacity:
                if following is None:
                    return None
                opens_on = max(opens_on, _last_meeting(timetable, slot, within) + _DAY)
                break
    return opens_on if first_meeting(timetable, replace(place, starts_on=opens_on)) is not None else None


def places_taken(
    key: OccurrenceKey,
    slot: Timeslot,
    taken: Iterable[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> int:
    """Return the number of places taken at one occurrence: the students on its roster minus those whom an approved
    expected absence covers.
    """
    present: dict[UUID, list[RosterEnrollment]] = {}
    for enrollment in taken:
        if covers(enrollment, key):
            present.setdefault(enrollment.student_id, []).append(enrollment)
    return sum(not _is_away(key, slot, speaking(mine), absences.get(student, ())) for student, mine in present.items())


def no_place_left(offering: OfferingFacts, key: OccurrenceKey, capacity: int | None) -> OfferingFull:
    """Return the refusal. `capacity` is that of the date, and must not be None."""
    capacity = capacity or 0
    taken = {0: "it has no places", 1: "its only place is taken"}.get(
        capacity, f"all of its {capacity} places are taken"
    )
    return OfferingFull(key.timeslot_id, key.held_on, capacity, f"{offering.name} is full on {key.held_on}: {taken}.")


def _is_away(
    key: OccurrenceKey, slot: Timeslot, enrollment: RosterEnrollment | None, absences: Sequence[ExpectedAbsence]
) -> bool:
    if not absences or enrollment is None:
        return False
    return covering(absences, key.held_on, slot.start_time, slot.duration_minutes, enrollment.id) is not None


def _turns(
    place: Place,
    taken: Iterable[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
    changes: Iterable[date],
) -> Iterator[date]:
    """Yield the dates from which the number of places taken may change, each once and in order.

    changes -- dates from which the capacity is another one
    """
    turns = {place.starts_on, *changes}
    for enrollment in taken:
        turns.add(enrollment.starts_on)
        if enrollment.drop_on is not None:
            turns.add(enrollment.drop_on + _DAY)
    for absence in (each for mine in absences.values() for each in mine):
        # A window also covers an occurrence that began the day before and runs past midnight.
        turns |= {absence.starts_on - _DAY, absence.starts_on, absence.ends_on, absence.ends_on + _DAY}
    span = place.span
    yield from sorted(day for day in turns if day in span)


def _last_meeting(timetable: Timetable, slot: Timeslot, span: DateSpan) -> date:
    """Return the last date in the span on which it meets. The span must have an end and contain such a date."""
    last = span.starts_on
    while (key := _next_meeting(timetable, slot, span)) is not None:
        last = key.held_on
        span = DateSpan(last + _DAY, span.ends_on)
    if last is None:
        raise ValueError("a span without a start")
    return last


def _next_meeting(timetable: Timetable, slot: Timeslot, span: DateSpan) -> OccurrenceKey | None:
    series, within = timetable.series, span.clip(CALENDAR)
    if within.starts_on is None:
        return None
    found = next_date(slot, series.schedule, within.starts_on, partial(series.is_passed_over, slot))
    return None if found is None or found not in within else OccurrenceKey(slot.id, found)
