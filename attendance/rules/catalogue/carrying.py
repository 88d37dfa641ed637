"""What is carried over to the next session, and what is not (R13.5)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.catalogue.timeslot_versions import SlotFacts, Version

NOT_A_CLASS = "Only classes are carried over: a camp or an appointment meets on dates of its own."
THERE_ALREADY = "The class is in that session already."
NO_TIMESLOT = "The class met at no time when the session ended."
ENDED_SINCE = "The class was carried over before, and what was made of it has ended since."
FULL = "There was no place left."
ENROLLED_ALREADY = "The student is enrolled there already."


@dataclass(frozen=True, slots=True)
class PlaceToCarry:
    """An enrollment that lasts until the session's end. `timeslot_id` is None when it is for all timeslots."""

    enrollment_id: UUID
    student_id: UUID
    timeslot_id: UUID | None


@dataclass(frozen=True, slots=True)
class CarriedPlace:
    """An enrollment to make of another one."""

    of: PlaceToCarry
    timeslot_id: UUID | None


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A student who gets no place, and why."""

    student_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class CarriedClass:
    """What became of a class that was carried over.

    is_new -- a class was made. False: it had been made before.
    slot_count -- the timeslots that it meets at
    starts_on -- the first date on which it can meet
    student_ids -- who was enrolled, in the order in which they got their places
    left -- who got no place
    """

    is_new: bool
    slot_count: int
    starts_on: date
    student_ids: tuple[UUID, ...] = ()
    left: tuple[LeftBehind, ...] = ()


def slots_at(versions: Mapping[UUID, Sequence[Version]], on_date: date) -> dict[UUID, SlotFacts]:
    """Return the weekly timeslots that meet on the date's week or later, as they then are, by timeslot."""
    found: dict[UUID, SlotFacts] = {}
    for timeslot_id, all_ in versions.items():
        for each in all_:
            begins = each.starts_on is None or each.starts_on <= on_date
            if begins and (each.ends_on is None or each.ends_on >= on_date) and each.facts.weekday is not None:
                found[timeslot_id] = each.facts
    return found


def carry_places(
    places: Iterable[PlaceToCarry],
    made_slots: Mapping[UUID, UUID],
    taken: Iterable[tuple[UUID, UUID | None]],
    capacity: int | None,
) -> tuple[list[CarriedPlace], list[LeftBehind]]:
    """Return who gets a place in the class that was made, in the order of the places, and who does not.

    made_slots -- the new timeslot of each timeslot that was carried over
    taken -- the students who have a place there, each with a timeslot or None for all
    """
    there = set(taken)
    counts = Counter(slot for _, timeslot in there for slot in _slots(timeslot, made_slots))
    carried: list[CarriedPlace] = []
    left: list[LeftBehind] = []
    for place in places:
        timeslot = None if place.timeslot_id is None else made_slots.get(place.timeslot_id)
        if place.timeslot_id is not None and timeslot is None:
            left.append(LeftBehind(place.student_id, NO_TIMESLOT))
        elif any(student == place.student_id and _overlap(own, timeslot) for student, own in there):
            left.append(LeftBehind(place.student_id, ENROLLED_ALREADY))
        elif capacity is not None and any(counts[slot] >= capacity for slot in _slots(timeslot, made_slots)):
            left.append(LeftBehind(place.student_id, FULL))
        else:
            there.add((place.student_id, timeslot))
            counts.update(_slots(timeslot, made_slots))
            carried.append(CarriedPlace(place, timeslot))
    return carried, left


def _slots(timeslot_id: UUID | None, made_slots: Mapping[UUID, UUID]) -> Iterable[UUID]:
    return made_slots.values() if timeslot_id is None else (timeslot_id,)


def _overlap(one: UUID | None, other: UUID | None) -> bool:
    return one is None or other is None or one == other
