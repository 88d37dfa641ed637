"""The rows of a roll sheet and their marks."""

from collections.abc import Iterable
from datetime import datetime

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.mark_history import RosterPlace
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import MarkFacts, RosterRow
from attendance.rules.vocabulary import AttendanceStatus, Source
from gql.calendar.offering import show_offering
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.marks.mark_history import MarkChange, load_mark_history
from gql.people.people import Actor, show_actor
from gql.people.student import Enrollment, Student, show_enrollment, show_student
from gql.roster.indicator import Indicator, show_indicator


@strawberry.type(description="A student's attendance at an occurrence.")
class Mark:
    status: AttendanceStatus = strawberry.field(description="How the student attended.")
    is_defaulted: bool = strawberry.field(
        description="Whether the system marked the student absent, when the first one checked in or at the end of a "
        "day on which nobody did; a check-in makes it real."
    )
    source: Source = strawberry.field(description="Where it came from.")
    marked_by: Actor | None = strawberry.field(description="Who made it; null: the system did.")
    marked_at: datetime = strawberry.field(description="When it was last changed.")
    note: str | None = strawberry.field(description="A remark; null: none.")
    revision: int = strawberry.field(description="The occurrence's revision that last changed it, from 1.")
    needs_review: bool = strawberry.field(
        description="Whether its makeup token was used for a makeup that the mark no longer earns, so that somebody "
        "should look."
    )


@strawberry.type(
    description="A student on an occurrence's roll sheet; one row for each student. Whoever sees the occurrence sees "
    "its roster."
)
class RosterEntry(Node):
    student: Student = strawberry.field(description="Who it is.")
    enrollment: Enrollment | None = strawberry.field(
        description="What puts the student on the sheet; of several the lasting one: ACTIVE, TRIAL, SINGLE_DAY, "
        "MAKEUP. Null: a mark keeps the row, and names no enrollment."
    )
    mark: Mark | None = strawberry.field(description="Null: not marked.")
    indicators: list[Indicator] = strawberry.field(
        description="Those raised, at most one of each of the eleven kinds, in the order of IndicatorKind."
    )
    is_subdued: bool = strawberry.field(
        description="Whether the student was marked, but no enrollment covers the date any more."
    )
    attendance_rate: float | None = strawberry.field(
        description="The share of the student's marks in the offering on which the student was there, from 0 to 1. "
        "Excused absences count neither way. Null: no mark counts yet."
    )
    place: strawberry.Private[RosterPlace]

    @strawberry.field(
        description="Every change of this row's mark, newest first, with the mark before and after; at most 100. Needs "
        "attendance VIEW.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def history(self, info: Info) -> list[MarkChange]:
        return await load_mark_history(info, self.place)


def show_mark(facts: MarkFacts) -> Mark:
    return Mark(
        status=facts.status,
        is_defaulted=facts.is_defaulted,
        source=facts.source,
        marked_by=show_actor(facts.marked_by),
        marked_at=facts.marked_at,
        note=facts.note,
        revision=facts.revision,
        needs_review=facts.needs_review,
    )


def show_roster(rows: Iterable[RosterRow], head: OccurrenceHead, sight: Sight) -> list[RosterEntry]:
    """In the order of the rows; all share one offering."""
    offering = show_offering(head.offering, head.series.timeslots)
    return [
        RosterEntry(
            id=encode_id("RosterEntry", head.key.timeslot_id, head.key.held_on, row.student.id),
            student=show_student(row.student, sight, head.currency),
            enrollment=None if row.enrollment is None else show_enrollment(row.enrollment, offering, head.timeslots),
            mark=None if row.mark is None else show_mark(row.mark),
            indicators=[show_indicator(each) for each in row.indicators],
            is_subdued=row.is_subdued,
            attendance_rate=row.attendance_rate,
            place=RosterPlace(head.key, row.student.id),
        )
        for row in rows
    ]
