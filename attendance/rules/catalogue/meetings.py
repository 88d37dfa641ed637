"""What a change of the catalogue does to occurrences: pictures of what is held, compared (R13.3)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates


class MeetingChangeKind(StrEnum):
    """R13.3. PLACES: it is held as before, with another number of places."""

    APPEARS = "APPEARS"
    DISAPPEARS = "DISAPPEARS"
    MOVES = "MOVES"
    PLACES = "PLACES"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and with how many places an offering is held on the dates of `span`. `capacity` is None when it is
    unlimited.
    """

    span: DateSpan
    location_id: UUID
    time_zone: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class SlotVersion:
    """A version of a timeslot with its room."""

    slot: Timeslot
    room: str | None


@dataclass(frozen=True, slots=True)
class Programme:
    """All that decides when and where one offering meets.

    series -- its timeslots are not read; `slots` holds those that are not deleted
    deleted_on -- the local date on which the offering was deleted, after which it is not held; None when it was not
        deleted
    """

    offering_id: UUID
    name: str
    series: Series
    slots: tuple[SlotVersion, ...]
    settings: tuple[Setting, ...]
    deleted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """An occurrence that is held: what families and staff rely on."""

    offering_id: UUID
    start_time: time
    minutes: int
    room: str | None
    location_id: UUID
    time_zone: str
    capacity: int | None

    def is_where_and_when(self, other: "Meeting") -> bool:
        """Return whether nobody who goes there would notice a difference."""
        return (self.start_time, self.minutes, self.room, self.location_id, self.time_zone) == (
            other.start_time,
            other.minutes,
            other.room,
            other.location_id,
            other.time_zone,
        )


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """What happens to one occurrence. One that appears has no `before`, one that disappears no `after`; one that moves
    to another date has two keys.
    """

    kind: MeetingChangeKind
    offering_id: UUID
    before: OccurrenceKey | None
    after: OccurrenceKey | None
    was: Meeting | None
    becomes: Meeting | None

    @property
    def held_on(self) -> date:
        key = self.before or self.after
        if key is None:
            raise ValueError("a change is about an occurrence")
        return key.held_on

    @property
    def keys(self) -> tuple[OccurrenceKey, ...]:
        return tuple(key for key in (self.before, self.after) if key is not None)


def meetings(programme: Programme, within: DateSpan) -> Iterator[tuple[OccurrenceKey, Meeting]]:
    """Yield the occurrences of an offering that are held within the dates, without those that are cancelled."""
    schedule = programme.series.schedule
    until = DateSpan(None, programme.deleted_on)
    for version in programme.slots:
        for held_on in dates(version.slot, within.clip(until)):
            key = OccurrenceKey(version.slot.id, held_on)
            if held_on not in schedule or programme.series.is_closed(held_on) or key in programme.series.cancelled:
                continue
            setting = next((each for each in programme.settings if held_on in each.span), None)
            if setting is not None:
                yield (
                    key,
                    Meeting(
                        programme.offering_id,
                        version.slot.start_time,
                        version.slot.duration_minutes,
                        version.room,
                        setting.location_id,
                        setting.time_zone,
                        setting.capacity,
                    ),
                )


Picture = Mapping[OccurrenceKey, Meeting]


def picture(programmes: Iterable[Programme], within: DateSpan) -> dict[OccurrenceKey, Meeting]:
    return {key: meeting for programme in programmes for key, meeting in meetings(programme, within)}


def compare(before: Picture, after: Picture) -> list[MeetingChange]:
    """Return what changed, ordered by date. An occurrence that goes and one of the same timeslot that comes in the same
    week are one that moves.
    """
    gone: dict[tuple[object, ...], list[OccurrenceKey]] = defaultdict(list)
    for key in before.keys() - after.keys():
        gone[_week(key)].append(key)
    changes = [_changed(key, before[key], after[key]) for key in before.keys() & after.keys()]
    found = [change for change in changes if change is not None]
    for key in sorted(after.keys() - before.keys(), key=_order):
        there = sorted(gone[_week(key)], key=_order)
        if there:
            gone[_week(key)].remove(there[0])
            found.append(_change(MeetingChangeKind.MOVES, there[0], key, before, after))
        else:
            found.append(_change(MeetingChangeKind.APPEARS, None, key, before, after))
    for keys in gone.values():
        found += [_change(MeetingChangeKind.DISAPPEARS, key, None, before, after) for key in keys]
    return sorted(found, key=lambda each: (each.held_on, str(each.keys[0].timeslot_id), each.kind))


def _changed(key: OccurrenceKey, was: Meeting, becomes: Meeting) -> MeetingChange | None:
    if was == becomes:
        return None
    kind = MeetingChangeKind.PLACES if was.is_where_and_when(becomes) else MeetingChangeKind.MOVES
    return MeetingChange(kind, was.offering_id, key, key, was, becomes)


def _change(
    kind: MeetingChangeKind, left: OccurrenceKey | None, came: OccurrenceKey | None, before: Picture, after: Picture
) -> MeetingChange:
    was = None if left is None else before[left]
    becomes = None if came is None else after[came]
    of = was or becomes
    if of is None:
        raise ValueError("a change is about an occurrence")
    return MeetingChange(kind, of.offering_id, left, came, was, becomes)


def _week(key: OccurrenceKey) -> tuple[object, ...]:
    return key.timeslot_id, key.held_on.isocalendar()[:2]


def _order(key: OccurrenceKey) -> tuple[date, UUID]:
    return key.held_on, key.timeslot_id


@dataclass(frozen=True, slots=True)
class Placed:
    """A student's place as it touches occurrences. `ends_on` is None when it has no end."""

    enrollment_id: UUID
    student_id: UUID
    family_id: UUID
    email: str | None
    student_name: str
    offering_id: UUID
    timeslot_id: UUID | None
    starts_on: date
    ends_on: date | None
    is_waiting: bool

    def is_at(self, key: OccurrenceKey) -> bool:
        return (
            not self.is_waiting
            and self.timeslot_id in (None, key.timeslot_id)
            and self.starts_on <= key.held_on
            and (self.ends_on is None or key.held_on <= self.ends_on)
        )


def concerned(
    changes: Sequence[MeetingChange], before: Iterable[Placed], after: Iterable[Placed]
) -> dict[UUID, tuple[Placed, list[MeetingChange]]]:
    """Return the enrollments whose student goes, went or is to go to an occurrence that changes, with those changes.
    A change of places alone concerns nobody who has one.
    """
    by_offering: dict[UUID, list[MeetingChange]] = defaultdict(list)
    for change in changes:
        if change.kind is not MeetingChangeKind.PLACES:
            by_offering[change.offering_id].append(change)
    found: dict[UUID, tuple[Placed, list[MeetingChange]]] = {}
    for is_after, places in ((False, before), (True, after)):
        for place in places:
            for change in by_offering.get(place.offering_id, ()):
                key = change.after if is_after else change.before
                if key is None or not place.is_at(key):
                    continue
                _, hit = found.setdefault(place.enrollment_id, (place, []))
                if not hit or (hit[-1] is not change and change not in hit):
                    hit.append(change)
    return found


def overfull(changes: Iterable[MeetingChange], after: Iterable[Placed]) -> int:
    """Return how many of the changed occurrences then have more students than places."""
    places: dict[UUID, list[Placed]] = defaultdict(list)
    for place in after:
        places[place.offering_id].append(place)
    count = 0
    for change in changes:
        if change.after is not None and change.becomes is not None and change.becomes.capacity is not None:
            there = {place.student_id for place in places[change.offering_id] if place.is_at(change.after)}
            count += len(there) > change.becomes.capacity
    return count
