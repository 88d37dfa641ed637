"""An occurrence: what attendance is taken for."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import UNSET

from attendance.rules.calendar.occurrences import CancellationFacts, OccurrenceHead
from attendance.rules.calendar.recordability import NotRecordable as NotRecordableFacts
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster import roster as rules
from attendance.rules.roster.roster_rows import in_order, openings
from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    NotRecordableReason,
    OccurrenceState,
)
from gql.calendar.offering import Location, Offering, show_location, show_offering
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import encode_occurrence_id
from gql.fields.loaders import Sheet, load_sheet, load_tally
from gql.fields.node import Node
from gql.people.people import StaffMember, show_staff_member
from gql.roster.roll_sheet_change import RollSheetChanged, load_changes, show_change
from gql.roster.roster import RosterEntry, show_roster
from gql.tokens.token_run import TokenRun, load_token_runs

# In the body of a class with a field called `date` that name is the field.
CivilDate: TypeAlias = date


@strawberry.type(description="Why attendance cannot be recorded.")
class NotRecordable:
    reason: NotRecordableReason = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(
        description='The reason in English, such as "Class is not scheduled to meet on this date."'
    )


@strawberry.type(description="How an occurrence was cancelled.")
class Cancellation:
    cancelled_at: datetime = strawberry.field(description="When.")
    cancelled_by: StaffMember | None = strawberry.field(description="By whom; null: not known.")
    comment: str | None = strawberry.field(description="What was said about it; null: nothing.")


@strawberry.type(description="What the rows of a roster add up to. Subdued rows count too.")
class AttendanceTally:
    present: int = strawberry.field(description="Rows marked PRESENT.")
    tardy: int = strawberry.field(description="Rows marked TARDY.")
    left_early: int = strawberry.field(description="Rows marked LEFT_EARLY.")
    tardy_and_left_early: int = strawberry.field(description="Rows marked TARDY_AND_LEFT_EARLY.")
    absent: int = strawberry.field(description="Rows marked ABSENT, defaulted ones among them.")
    excused_absence: int = strawberry.field(description="Rows marked EXCUSED_ABSENCE.")
    unmarked: int = strawberry.field(description="Rows without a mark.")
    total: int = strawberry.field(description="All rows.")


@strawberry.type(
    description="One timeslot of an offering on one local date: what attendance is taken for. It can be asked for "
    "before anything was recorded. Staff with attendance VIEW see it: all of them with SEE_ALL in their portal, others "
    "what they teach or substitute."
)
class Occurrence(Node):
    offering: Offering = strawberry.field(description="What it is an occurrence of.")
    date: CivilDate = strawberry.field(description="The local date at the location on which it starts.")
    starts_at: datetime = strawberry.field(
        description="When it starts: the timeslot's wall time in the location's zone. A time that a clock change skips "
        "moves forward by the gap, one that it repeats is the first."
    )
    ends_at: datetime = strawberry.field(description="The start and the elapsed duration; it may be the next day.")
    room: str | None = strawberry.field(description="Where in the location; null: not told.")
    location: Location = strawberry.field(description="Where it takes place.")
    instructors: list[StaffMember] = strawberry.field(
        description="Who teaches it, substitutes in place of those who are away, by name."
    )
    state: OccurrenceState = strawberry.field(description="Whether it takes place.")
    can_record_attendance: bool = strawberry.field(
        description="Whether attendance can be recorded for it now; whether the viewer may is a matter of permissions."
    )
    not_recordable: NotRecordable | None = strawberry.field(
        description="Why attendance cannot be recorded now; null: it can."
    )
    cancellation: Cancellation | None = strawberry.field(description="How it was cancelled; null: it was not.")
    capacity: int | None = strawberry.field(description="How many students have a place; null: unlimited.")
    revision: int = strawberry.field(
        description="The number of its last change; 0 before any. Changes run 1, 2, 3 without gaps."
    )
    head: strawberry.Private[OccurrenceHead]
    sheet: strawberry.Private[Sheet | None] = None
    counted: strawberry.Private[rules.AttendanceTally | None] = None

    @strawberry.field(
        description="One row for each student: those whose enrollment covers the date, and, subdued, those with a mark "
        "whose enrollment no longer does. Complete, not paged.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def roster(
        self,
        info: Info,
        order_by: Annotated[
            rules.RosterOrder, strawberry.argument(description="How the rows are ordered.")
        ] = rules.RosterOrder.LAST_NAME,
    ) -> list[RosterEntry]:
        sheet = await self._sheet(info)
        return show_roster(in_order(sheet.rows, order_by), self.head, sheet.sight)

    @strawberry.field(description="How far attendance has been taken.", metadata=requires(SEE_ATTENDANCE))
    async def attendance_state(self, info: Info) -> AttendanceState:
        return (await self._tally(info)).state

    @strawberry.field(description="The roster's rows by status.", metadata=requires(SEE_ATTENDANCE))
    async def tally(self, info: Info) -> AttendanceTally:
        return show_tally(await self._tally(info))

    @strawberry.field(
        description="Places left on the date: capacity, less the students enrolled for it, not counting those with an "
        "approved expected absence; never below 0. Null: capacity is unlimited.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def openings(self, info: Info) -> int | None:
        if self.head.offering.capacity is None:
            return None
        return openings((await self._sheet(info)).rows, self.head.offering.capacity)

    @strawberry.field(
        description="Its numbered changes after a revision, in their order. Rows have the marks that the change left "
        "them with, and are otherwise as they are now.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def changes(
        self,
        info: Info,
        after: Annotated[int, strawberry.argument(description="The revision to go on from; 0: from the first.")] = 0,
        first: Annotated[
            int | None, strawberry.argument(description="How many, 1 to 100. Left out or null: 50.")
        ] = UNSET,
    ) -> list[RollSheetChanged]:
        found, sight = await load_changes(info, self.head, after, first)
        return [show_change(change, sight, self) for change in found]

    @strawberry.field(
        description="The deferred makeup token runs of this occurrence, in the order in which they are due; two at "
        "most, none before a mark has armed them.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def token_runs(self, info: Info) -> list[TokenRun]:
        return await load_token_runs(info, self.head.key)

    async def _sheet(self, info: Info) -> Sheet:
        if self.sheet is not None:
            return self.sheet
        return await load_sheet(info, self.head)

    async def _tally(self, info: Info) -> rules.AttendanceTally:
        if self.sheet is not None:
            return self.sheet.tally
        return self.counted or await load_tally(info, self.head.key)


def show_occurrence(
    head: OccurrenceHead,
    now: datetime,
    *,
    sheet: Sheet | None = None,
    counted: rules.AttendanceTally | None = None,
) -> Occurrence:
    """Its roster and tally are read when they are asked for, unless they are given."""
    blocked = head.not_recordable(now)
    return Occurrence(
        id=encode_occurrence_id(head.key),
        offering=show_offering(head.offering, head.series.timeslots),
        date=head.key.held_on,
        starts_at=head.starts_at,
        ends_at=head.ends_at,
        room=head.room,
        location=show_location(head.offering.location),
        instructors=[show_staff_member(each) for each in head.instructors],
        state=head.state,
        can_record_attendance=blocked is None,
        not_recordable=None if blocked is None else show_not_recordable(blocked),
        cancellation=None if head.cancellation is None else show_cancellation(head.cancellation),
        capacity=head.offering.capacity,
        revision=head.revision,
        head=head,
        sheet=sheet,
        counted=counted,
    )


def show_not_recordable(facts: NotRecordableFacts) -> NotRecordable:
    return NotRecordable(reason=facts.reason, message=facts.message)


def show_cancellation(facts: CancellationFacts) -> Cancellation:
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
