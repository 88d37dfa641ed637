"""The type Occurrence, for which attendance is taken."""

from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from attendance.rules.calendar.occurrences import CancellationFacts, OccurrenceHead, PersonFacts
from attendance.rules.calendar.recordability import NotRecordable as NotRecordableFacts
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster import roster as rules
from attendance.rules.roster.roster_rows import in_order
from gql.calendar.offering import Location, Offering, show_location, show_offering
from gql.calendar.vocabulary import OccurrenceState
from gql.fields.access import requires
from gql.fields.context import Context, Info
from gql.fields.global_ids import id_of
from gql.fields.later import Later, with_later
from gql.fields.loaders import Sheet, load_places_taken, load_sheet, load_tally
from gql.fields.node import Node
from gql.marks.vocabulary import AttendanceState, AttendanceStatus, NotRecordableReason
from gql.people.people import StaffMember, show_staff_member
from gql.protocol.guard import weighs
from gql.protocol.made_later import Of
from gql.protocol.plain_fields import LATER, at_once
from gql.protocol.remembered import Remembered
from gql.roster.roll_sheet_change import RollSheetChanged, load_changes, show_change
from gql.roster.roster import RosterEntry, show_roster
from gql.roster.vocabulary import RosterOrder
from gql.tokens.token_run import TokenRun, load_token_runs

# The weights of reading a whole roster, and of counting its rows (decision 54).
ROSTER, COUNTS = 200, 10

# Inside a class that has a field called `date`, the name `date` means that field.
CivilDate: TypeAlias = date


@strawberry.type(description="The reason why attendance cannot be recorded for an occurrence.")
class NotRecordable:
    reason: NotRecordableReason = strawberry.field(description="The reason as a value for programs.")
    message: str = strawberry.field(
        description='The reason as an English sentence for people, such as "Class is not scheduled to meet on this '
        'date."'
    )


@strawberry.type(description="The cancellation of an occurrence.")
class Cancellation:
    cancelled_at: datetime = strawberry.field(description="When the occurrence was cancelled.")
    cancelled_by: StaffMember | None = strawberry.field(
        description="The staff member who cancelled it. Null when it is not known who did."
    )
    comment: str | None = strawberry.field(
        description="The comment that was given with the cancellation. Null when none was given."
    )


@strawberry.type(description="The number of rows of a roster by status. Subdued rows are counted too.")
class AttendanceTally:
    present: int = strawberry.field(description="The number of rows marked PRESENT.")
    tardy: int = strawberry.field(description="The number of rows marked TARDY.")
    left_early: int = strawberry.field(description="The number of rows marked LEFT_EARLY.")
    tardy_and_left_early: int = strawberry.field(description="The number of rows marked TARDY_AND_LEFT_EARLY.")
    absent: int = strawberry.field(description="The number of rows marked ABSENT, including defaulted marks.")
    excused_absence: int = strawberry.field(description="The number of rows marked EXCUSED_ABSENCE.")
    unmarked: int = strawberry.field(description="The number of rows without a mark.")
    total: int = strawberry.field(description="The number of all rows.")


def _roster_read(occurrence: "Occurrence", _: Context, __: frozenset[str]) -> Any:
    sheet = occurrence.sheet
    if sheet is None:
        return LATER
    if sheet.shown is None:
        return show_roster(sheet.rows, occurrence.head, sheet.sight)
    if "roster" not in sheet.shown:
        sheet.shown["roster"] = Remembered(show_roster(sheet.rows, sheet.head, sheet.sight))
    return sheet.shown["roster"]


def _tally_read(occurrence: "Occurrence") -> rules.AttendanceTally | None:
    return occurrence.counted if occurrence.sheet is None else occurrence.sheet.tally


def _tally_shown(occurrence: "Occurrence", _: Context, __: frozenset[str]) -> Any:
    tally = _tally_read(occurrence)
    return LATER if tally is None else show_tally(tally)


def _state_shown(occurrence: "Occurrence", _: Context, __: frozenset[str]) -> Any:
    tally = _tally_read(occurrence)
    return LATER if tally is None else tally.state


@strawberry.type(
    description="One timeslot of an offering on one local date. Attendance is taken for an occurrence. It can be "
    "queried before anything has been recorded for it. Staff need attendance VIEW: with SEE_ALL in their portal they "
    "see every occurrence, without it those that they teach or substitute."
)
class Occurrence(Later, Node):
    offering: Offering = strawberry.field(description="The class, appointment or camp that meets.")
    date: CivilDate = strawberry.field(description="The date on which it starts, in the location's time zone.")
    starts_at: datetime = strawberry.field(
        description="The instant at which it starts: the timeslot's local time in the location's time zone. A local "
        "time that a clock change skips moves forward by the length of the gap. A local time that occurs twice means "
        "the first of the two."
    )
    ends_at: datetime = strawberry.field(
        description="The instant at which it ends: the start plus the timeslot's duration in elapsed time. It can "
        "fall on the next day."
    )
    room: str | None = strawberry.field(description="The room within the location. Null when no room is recorded.")
    location: Location = strawberry.field(description="The location where it takes place.")
    instructors: list[StaffMember] = strawberry.field(
        description="The staff members who teach this occurrence, by last name, then first name. Substitutes appear "
        "in place of the instructors whom they replace."
    )
    state: OccurrenceState = strawberry.field(description="Whether the occurrence takes place.")
    can_record_attendance: bool = strawberry.field(
        description="Whether the occurrence allows attendance to be recorded now. It does not consider the viewer's "
        "permissions."
    )
    not_recordable: NotRecordable | None = strawberry.field(
        description="Why attendance cannot be recorded now. Null when it can be recorded."
    )
    cancellation: Cancellation | None = strawberry.field(
        description="The cancellation. Null when the occurrence is not cancelled."
    )
    capacity: int | None = strawberry.field(
        description="The largest number of students that can have a place. Null when it is unlimited."
    )
    revision: int = strawberry.field(
        description="The number of the latest change of the occurrence. Changes are numbered 1, 2, 3 ... without "
        "gaps; 0 means that nothing has changed yet."
    )
    head: strawberry.Private[OccurrenceHead]
    now: strawberry.Private[datetime]
    sheet: strawberry.Private[Sheet | None] = None
    counted: strawberry.Private[rules.AttendanceTally | None] = None

    @strawberry.field(
        description="The roll sheet, with one row for each student. It holds the students whose enrollment covers the "
        "date. It also holds, as subdued rows, students who have a mark but no longer an enrollment that covers the "
        "date. The list is complete and not paginated.",
        metadata={**requires(SEE_ATTENDANCE), **weighs(ROSTER), **at_once(_roster_read)},
    )
    async def roster(
        self,
        info: Info,
        order_by: Annotated[
            RosterOrder,
            strawberry.argument(description="The order of the rows. When left out, rows are ordered by last name."),
        ] = RosterOrder.LAST_NAME,
    ) -> list[RosterEntry]:
        sheet = await self._sheet(info)
        return show_roster(in_order(sheet.rows, order_by), self.head, sheet.sight)

    @strawberry.field(
        description="How far attendance has been taken.",
        metadata={**requires(SEE_ATTENDANCE), **weighs(COUNTS), **at_once(_state_shown)},
    )
    async def attendance_state(self, info: Info) -> AttendanceState:
        return (await self._tally(info)).state

    @strawberry.field(
        description="The number of the roster's rows by status.",
        metadata={**requires(SEE_ATTENDANCE), **weighs(COUNTS), **at_once(_tally_shown)},
    )
    async def tally(self, info: Info) -> AttendanceTally:
        return show_tally(await self._tally(info))

    @strawberry.field(
        description="The number of places left on the date: the capacity minus the students enrolled for the date. A "
        "student with an approved expected absence does not take a place. A place that is held for a student on the "
        "waitlist counts as taken. The number is never below 0. Null when the capacity is unlimited.",
        metadata={**requires(SEE_ATTENDANCE), **weighs(COUNTS)},
    )
    async def openings(self, info: Info) -> int | None:
        capacity = self.head.offering.capacity
        if capacity is None:
            return None
        if self.sheet is not None and self.sheet.parts.holds:
            return max(capacity - self.sheet.places_taken, 0)
        return max(capacity - await load_places_taken(info, self.head), 0)

    @strawberry.field(
        description="The numbered changes of the occurrence after a revision, in their order. Each row shows its mark "
        "as the change left it; everything else in the row is current.",
        metadata={**requires(SEE_ATTENDANCE), **weighs(ROSTER)},
    )
    async def changes(
        self,
        info: Info,
        after: Annotated[
            int,
            strawberry.argument(
                description="The revision after which changes are listed. 0 starts with the first change."
            ),
        ] = 0,
        first: Annotated[
            int | None,
            strawberry.argument(
                description="The maximum number of changes, from 0 to 100. When left out or null, it is 50."
            ),
        ] = None,
    ) -> list[RollSheetChanged]:
        found, sight = await load_changes(info, self.head, after, first)
        return [show_change(change, sight, self) for change in found]

    @strawberry.field(
        description="The deferred makeup token runs of this occurrence, ordered by due time. There are at most two. "
        "The list is empty until a mark has armed a run.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def token_runs(self, info: Info) -> list[TokenRun]:
        return await load_token_runs(info, self.head.key)

    async def _sheet(self, info: Info) -> Sheet:
        if self.sheet is not None:
            return self.sheet
        return await load_sheet(info, self.head)

    async def _tally(self, info: Info) -> rules.AttendanceTally:
        return _tally_read(self) or await load_tally(info, self.head.key)


def _show_instructors(instructors: tuple[PersonFacts, ...]) -> list[StaffMember]:
    return [show_staff_member(each) for each in instructors]


def _can_record(head: OccurrenceHead, now: datetime) -> bool:
    return head.not_recordable(now) is None


def _why_not(head: OccurrenceHead, now: datetime) -> NotRecordable | None:
    blocked = head.not_recordable(now)
    return None if blocked is None else show_not_recordable(blocked)


def show_occurrence(
    head: OccurrenceHead,
    now: datetime,
    *,
    sheet: Sheet | None = None,
    counted: rules.AttendanceTally | None = None,
) -> Occurrence:
    """Show an occurrence. Its roster and its tally are read when a client selects them, unless they are given here."""
    return with_later(Occurrence, head=head, now=now, sheet=sheet, counted=counted)


def show_not_recordable(facts: NotRecordableFacts) -> NotRecordable:
    return NotRecordable(reason=facts.reason, message=facts.message)


def show_cancellation(facts: CancellationFacts | None) -> Cancellation | None:
    if facts is None:
        return None
    by = facts.cancelled_by
    return Cancellation(
        cancelled_at=facts.cancelled_at,
        cancelled_by=None if by is None else show_staff_member(by),
        comment=facts.comment,
    )


def show_tally(facts: rules.AttendanceTally) -> AttendanceTally:
    counts = facts.by_status
    return AttendanceTally(
        present=counts[AttendanceStatus.PRESENT],
        tardy=counts[AttendanceStatus.TARDY],
        left_early=counts[AttendanceStatus.LEFT_EARLY],
        tardy_and_left_early=counts[AttendanceStatus.TARDY_AND_LEFT_EARLY],
        absent=counts[AttendanceStatus.ABSENT],
        excused_absence=counts[AttendanceStatus.EXCUSED_ABSENCE],
        unmarked=facts.unmarked,
        total=facts.total,
    )


Occurrence.made_later = {
    "id": id_of("Occurrence", "head.key.timeslot_id", "head.key.held_on"),
    "offering": Of(show_offering, ("head.offering", "head.series.timeslots")),
    "date": "head.key.held_on",
    "starts_at": "head.starts_at",
    "ends_at": "head.ends_at",
    "room": "head.room",
    "location": Of(show_location, ("head.offering.location",)),
    "instructors": Of(_show_instructors, ("head.instructors",)),
    "state": "head.state",
    "can_record_attendance": Of(_can_record, ("head", "now")),
    "not_recordable": Of(_why_not, ("head", "now")),
    "cancellation": Of(show_cancellation, ("head.cancellation",)),
    "capacity": "head.offering.capacity",
    "revision": "head.revision",
}
