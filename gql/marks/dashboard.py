"""A day's check-ins as one subscriber follows them: which changes are shown, and the tallies that are sent with
them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import Viewer
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import StudentFacts
from attendance.rules.roster.sight import sight_of, view_of
from attendance.rules.vocabulary import ChangeKind
from db.marks.day_tallies import DayFilter
from db.people.students import Visibility, read_students
from gql.live.feed import FeedChange
from gql.marks.check_in_event import CheckInEvent, CheckIns, add_up, show_check_ins, show_snapshot
from gql.protocol.streams import Memo, Once


@dataclass(slots=True)
class Dashboard:
    """What one subscriber follows. `tallies` holds the tally of each occurrence that takes place; it is updated with
    every event.

    has_missed -- changes after `position` were dropped, because the subscriber did not take them in time
    """

    chosen: DayFilter
    viewer: Viewer
    access: int
    position: int
    zones: frozenset[ZoneInfo]
    tallies: dict[OccurrenceKey, AttendanceTally]
    now: datetime
    history: str
    has_missed: bool = False

    @property
    def days(self) -> str:
        """The local dates that are followed and the identity of the history, as they are written into a cursor."""
        days = " ".join(sorted({self.chosen.day_in(zone, self.now).isoformat() for zone in self.zones}))
        return f"{days}@{self.history}"

    def is_shown_to(self, viewer: Viewer) -> bool:
        """Return whether this viewer sees the same as the one for whom the dashboard was read."""
        return (viewer.caller, sight_of(viewer)) == (self.viewer.caller, sight_of(self.viewer))

    def tell(self, found: CheckIns) -> CheckInEvent:
        if found.head.is_held:
            self.tallies[found.head.key] = found.counted
        else:
            self.tallies.pop(found.head.key, None)
        whole = add_up(tuple(self.tallies.values()))
        return show_check_ins(found, self.days, whole, sight_of(self.viewer), self.now)

    def share(self, found: CheckIns, memo: Memo) -> Once:
        """Return the event so that it can be shared with all who see the same and whose tallies are equal.

        memo -- the memo of the change.
        """
        event = self.tell(found)
        return Once(event, memo, view_of(self.viewer), (found.place, self.days, astuple(event.tally)))

    def snapshot(self) -> CheckInEvent:
        return show_snapshot(self.position, self.days, add_up(tuple(self.tallies.values())), self.now)


@dataclass(frozen=True, slots=True)
class DayRead:
    """What all subscribers to a change need: the tallies of its occurrences, and its students."""

    tallies: Mapping[OccurrenceKey, AttendanceTally]
    students: Mapping[UUID, StudentFacts]


async def read_touched(
    connection: AsyncConnection, organization_id: UUID, changes: Sequence[FeedChange]
) -> dict[UUID, StudentFacts]:
    """Return the students whose marks changed. Whoever sees an occurrence sees the students on its roster."""
    ids = {
        entry.student_id
        for change in changes
        for each in change.fed.changes
        if each.kind is ChangeKind.MARKS
        for entry in each.entries
    }
    return await read_students(connection, organization_id, ids, Visibility()) if ids else {}


def check_ins_of(change: FeedChange, read: DayRead, board: Dashboard) -> Iterator[CheckIns]:
    """Yield the parts of the change that the dashboard shows."""
    for place, each in enumerate(change.fed.changes):
        head = change.heads.get(each.key)
        if head is None or each.kind is ChangeKind.TOKENS or not is_chosen(board.chosen, head, board.now):
            continue
        if may_see_occurrence(board.viewer.caller, head):
            yield CheckIns(change.revision, place, each, head, read.tallies[each.key], read.students)


def is_chosen(chosen: DayFilter, head: OccurrenceHead, now: datetime) -> bool:
    program = head.offering.program
    return (
        head.key.held_on == chosen.day_in(head.zone, now)
        and (not chosen.location_ids or head.offering.location.id in chosen.location_ids)
        and (not chosen.program_ids or (program is not None and program.id in chosen.program_ids))
    )
