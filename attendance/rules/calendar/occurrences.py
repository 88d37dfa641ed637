"""An occurrence with its offering, and what follows from the two and the current time (section 2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.neighbours import Neighbours, Series, neighbours
from attendance.rules.calendar.recordability import NotRecordable, not_recordable, occurrence_state
from attendance.rules.calendar.timeslots import OccurrenceKey, Timeslot, ends_at, local_date, starts_at
from attendance.rules.organization.permissions import Caller, may_see_attendance, sees_all_occurrences
from attendance.rules.quickly_made import quickly_made
from attendance.rules.vocabulary import OccurrenceState, OfferingKind


@quickly_made
class PersonFacts:
    id: UUID
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class LocationFacts:
    id: UUID
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    id: UUID
    name: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class OfferingFacts:
    """The facts about an offering. Ages are in months and inclusive; None sets no limit. A `capacity` of None is
    unlimited. `sort_key` sorts by name (R3.2).
    """

    id: UUID
    kind: OfferingKind
    name: str
    location: LocationFacts
    program: ProgramFacts | None
    capacity: int | None
    starts_on: date | None
    ends_on: date | None
    min_age_months: int | None = None
    max_age_months: int | None = None
    gender: str | None = None
    sort_key: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class CancellationFacts:
    cancelled_at: datetime
    cancelled_by: PersonFacts | None
    comment: str | None


@dataclass(frozen=True)
class OccurrenceHead:
    """Everything about an occurrence except its roster. What follows from it is found out once.

    slot -- the occurrence's own timeslot.
    timeslots -- all timeslots of the offering, including deleted ones. `series` holds those that are not deleted.
    teacher_ids -- the people who teach the offering.
    instructors -- the people who teach this occurrence, with substitutes in place of those whom they replace (R9.9).
    revision -- the number of the latest change; 0 before any change (R4.9).
    """

    key: OccurrenceKey
    offering: OfferingFacts
    slot: Timeslot
    room: str | None
    is_deleted: bool
    series: Series
    timeslots: tuple[Timeslot, ...]
    teacher_ids: frozenset[UUID]
    instructors: tuple[PersonFacts, ...]
    revision: int
    cancellation: CancellationFacts | None
    currency: str

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.offering.location.time_zone)

    @cached_property
    def starts_at(self) -> datetime:
        return starts_at(self.slot, self.key.held_on, self.zone)

    @cached_property
    def ends_at(self) -> datetime:
        return ends_at(self.slot, self.key.held_on, self.zone)

    @cached_property
    def state(self) -> OccurrenceState:
        """Return the state (R2.4). A deleted timeslot or offering is scheduled to meet on no date, but what was
        recorded for it stays visible.
        """
        return occurrence_state(
            is_cancelled=self.cancellation is not None,
            is_scheduled=not self.is_deleted and self.key.held_on in self.series.schedule,
            is_closed=self.series.is_closed(self.key.held_on),
        )

    @property
    def is_held(self) -> bool:
        return self.state is OccurrenceState.SCHEDULED

    @cached_property
    def _around(self) -> dict[UUID | None, Neighbours]:
        return {}

    def at_revision(self, revision: int) -> "OccurrenceHead":
        """Return the occurrence after changes that concern its roster alone."""
        head = object.__new__(OccurrenceHead)
        head.__dict__.update(self.__dict__, revision=revision)
        return head

    def neighbours(self, timeslot_ids: Iterable[UUID | None]) -> dict[UUID | None, Neighbours]:
        """Return the neighbours of the occurrence for each of the given timeslots (see `neighbours`)."""
        if lacking := set(timeslot_ids) - self._around.keys():
            self._around.update(neighbours(self.series, self.slot, self.key.held_on, lacking))
        return self._around

    def not_recordable(self, now: datetime) -> NotRecordable | None:
        """Return why attendance cannot be recorded now (R2.4, R2.6), or None when it can."""
        return not_recordable(self.offering.kind, self.state, self.key.held_on, local_date(now, self.zone))

    def is_taught_by(self, person_id: UUID) -> bool:
        """Return whether the person teaches the offering or substitutes at this occurrence. A caller without SEE_ALL
        sees only such occurrences (section 11).
        """
        return person_id in self.teacher_ids or any(each.id == person_id for each in self.instructors)


def may_see_occurrence(caller: Caller, head: OccurrenceHead) -> bool:
    """Return whether the caller may see the occurrence (section 11). A caller who may see attendance sees all
    occurrences with SEE_ALL, and without it those that they teach or substitute.
    """
    if not may_see_attendance(caller):
        return False
    return sees_all_occurrences(caller) or (caller.person_id is not None and head.is_taught_by(caller.person_id))
