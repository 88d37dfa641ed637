"""What a listing of occurrences is asked for: a filter and a window."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.vocabulary import AttendanceState, OfferingKind


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """A filter for occurrences. None or an empty collection sets no condition.

    search -- a text that the offering's name contains, as `db.names.search_key` compares.
    visible_to -- a person to whom the listing is restricted (section 11): only occurrences of the offerings that they
        teach, or at which they substitute, are listed.
    """

    within: DateSpan
    kinds: Collection[OfferingKind] | None = None
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None
    instructor_ids: Collection[UUID] | None = None
    attendance_states: Collection[AttendanceState] | None = None
    search: str | None = None
    include_not_scheduled: bool = True
    visible_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A page: at most `limit` occurrences between two positions, counted from the end when `backwards` is true."""

    limit: int
    after: Position | None = None
    before: Position | None = None
    backwards: bool = False
