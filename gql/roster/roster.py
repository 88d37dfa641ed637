"""The rows of a roll sheet and their marks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.mark_history import RosterPlace
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import MarkFacts, RosterRow
from gql.calendar.offering import Offering, show_offering
from gql.enrollments.enrollment import Enrollment
from gql.fields.access import requires, signed_in
from gql.fields.context import Context, Info
from gql.fields.global_ids import id_of
from gql.fields.later import Later, with_later
from gql.fields.node import Node
from gql.fields.selection import names_below
from gql.fields.vocabulary import Portal, Source
from gql.marks.mark_history import MarkChange, load_mark_history
from gql.marks.vocabulary import AttendanceStatus
from gql.people.people import Actor, show_actor
from gql.people.student import Student
from gql.protocol.made_later import Of, Part
from gql.protocol.plain_fields import at_once
from gql.roster.indicator import Indicator, show_indicator
from gql.roster.vocabulary import IndicatorKind


@strawberry.type(description="The record of how a student attended an occurrence.")
class Mark(Later):
    status: AttendanceStatus = strawberry.field(description="How the student attended.")
    is_defaulted: bool = strawberry.field(
        description="Whether the system set this absence by default: at a check-in of another student, or at "
        "the end of a day on which nobody checked in. Checking the student in replaces it."
    )
    source: Source = strawberry.field(description="Where the mark came from.")
    marked_by: Actor | None = strawberry.field(description="Who made the mark. Null when the system did.")
    marked_at: datetime = strawberry.field(description="When the mark was last changed.")
    note: str | None = strawberry.field(description="A note on the mark. Null when there is none.")
    revision: int = strawberry.field(
        description="The revision of the occurrence at which the mark was last changed, 1 or more."
    )
    needs_review: bool = strawberry.field(
        description="Whether somebody should look at this mark: its makeup token is already used for a makeup, "
        "although the mark no longer earns a token."
    )
    facts: strawberry.Private[MarkFacts]


def _show_indicators(entry: "RosterEntry", context: Context, selected: frozenset[str]) -> list[Indicator]:
    raised = entry.row.indicators
    # A medical alert comes first.
    first = raised[0] if raised and "detail" in selected else None
    if first is not None and first.kind is IndicatorKind.MEDICAL_ALERT and first.detail is not None:
        context.disclose(entry.row.student.id)
    return [show_indicator(each) for each in raised]


@strawberry.type(
    description="A student's row on an occurrence's roll sheet. Each student has one row. Whoever may see the "
    "occurrence may see its roster."
)
class RosterEntry(Later, Node):
    student: Student = strawberry.field(description="The student.")
    enrollment: Enrollment | None = strawberry.field(
        description="The enrollment that puts the student on the roll sheet. When there are several, it is the first "
        "by type in the order ACTIVE, TRIAL, SINGLE_DAY, MAKEUP. Null when the row exists only because of a mark for "
        "which no enrollment is recorded."
    )
    mark: Mark | None = strawberry.field(description="The student's mark. Null when the student is not marked.")
    is_subdued: bool = strawberry.field(
        description="Whether the row is subdued: the student has a mark, but no enrollment covers the date any more."
    )
    attendance_rate: float | None = strawberry.field(
        description="The share of the student's marks in the offering at which the student was there, from 0 to 1. "
        "TARDY, LEFT_EARLY and TARDY_AND_LEFT_EARLY count as being there; excused absences do not count at all. Null "
        "when no mark counts yet."
    )
    row: strawberry.Private[RosterRow]
    sheet: strawberry.Private["_Shown"]
    place: strawberry.Private[RosterPlace]

    @strawberry.field(
        description="The indicators that are raised for this row, at most one of each of the eleven kinds, in the "
        "order of IndicatorKind.",
        metadata={**signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER), **at_once(_show_indicators)},
    )
    def indicators(self, info: Info) -> list[Indicator]:
        return _show_indicators(self, info.context, names_below(info))

    @strawberry.field(
        description="The changes of this row's mark, newest first, each with the mark before and after it. At most "
        "100 changes are listed. Needs attendance VIEW.",
        metadata=requires(SEE_ATTENDANCE),
    )
    async def history(self, info: Info) -> list[MarkChange]:
        return await load_mark_history(info, self.place)


Mark.made_later = {
    "status": "facts.status",
    "is_defaulted": "facts.is_defaulted",
    "source": "facts.source",
    "marked_by": Of(show_actor, ("facts.marked_by",)),
    "marked_at": "facts.marked_at",
    "note": "facts.note",
    "revision": "facts.revision",
    "needs_review": "facts.needs_review",
}


def show_mark(facts: MarkFacts) -> Mark:
    return with_later(Mark, facts=facts)


@dataclass(frozen=True)
class _Shown:
    """What the rows of a roster have in common when they are shown."""

    head: OccurrenceHead
    sight: Sight
    timeslot_id: UUID
    held_on: date

    @cached_property
    def offering(self) -> Offering:
        return show_offering(self.head.offering, self.head.series.timeslots)


RosterEntry.made_later = {
    "id": id_of("RosterEntry", "sheet.timeslot_id", "sheet.held_on", "row.student.id"),
    "student": Part(Student, {"facts": "row.student", "sight": "sheet.sight", "currency": "sheet.head.currency"}),
    "enrollment": Part(
        Enrollment, {"facts": "row.enrollment", "offering": "sheet.offering", "timeslots": "sheet.head.timeslots"}
    ),
    "mark": Part(Mark, {"facts": "row.mark"}),
    "is_subdued": "row.is_subdued",
    "attendance_rate": "row.attendance_rate",
    "place": Of(RosterPlace, ("sheet.head.key", "row.student.id")),
}


def show_roster(rows: Iterable[RosterRow], head: OccurrenceHead, sight: Sight) -> list[RosterEntry]:
    """Show rows of a roster in their order. All rows belong to occurrences of one offering."""
    sheet = _Shown(head, sight, head.key.timeslot_id, head.key.held_on)
    return [with_later(RosterEntry, row=row, sheet=sheet) for row in rows]
