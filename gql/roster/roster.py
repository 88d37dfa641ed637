"""The rows of a roll sheet and their marks."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.mark_history import RosterPlace
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster import indicators as rules
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import MarkFacts, RosterRow
from gql.calendar.offering import show_offering
from gql.fields.access import requires, signed_in
from gql.fields.context import Context, Info
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.fields.selection import names_below
from gql.fields.vocabulary import Portal, Source
from gql.marks.mark_history import MarkChange, load_mark_history
from gql.marks.vocabulary import AttendanceStatus
from gql.people.people import Actor, show_actor
from gql.people.student import Enrollment, Student, show_enrollment, show_student
from gql.protocol.plain_fields import at_once
from gql.roster.indicator import Indicator, show_indicator
from gql.roster.vocabulary import IndicatorKind


@strawberry.type(description="The record of how a student attended an occurrence.")
class Mark:
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


def _show_indicators(entry: "RosterEntry", context: Context, selected: frozenset[str]) -> list[Indicator]:
    if "detail" in selected and any(map(_tells_medical_text, entry.raised)):
        context.disclose(entry.place.student_id)
    return [show_indicator(each) for each in entry.raised]


@strawberry.type(
    description="A student's row on an occurrence's roll sheet. Each student has one row. Whoever may see the "
    "occurrence may see its roster."
)
class RosterEntry(Node):
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
    place: strawberry.Private[RosterPlace]
    raised: strawberry.Private[Sequence[rules.Indicator]]

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


def _tells_medical_text(raised: rules.Indicator) -> bool:
    return raised.kind is IndicatorKind.MEDICAL_ALERT and raised.detail is not None


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
    """Show rows of a roster in their order. All rows belong to occurrences of one offering."""
    offering = show_offering(head.offering, head.series.timeslots)
    return [
        RosterEntry(
            id=encode_id("RosterEntry", head.key.timeslot_id, head.key.held_on, row.student.id),
            student=show_student(row.student, sight, head.currency),
            enrollment=None if row.enrollment is None else show_enrollment(row.enrollment, offering, head.timeslots),
            mark=None if row.mark is None else show_mark(row.mark),
            raised=row.indicators,
            is_subdued=row.is_subdued,
            attendance_rate=row.attendance_rate,
            place=RosterPlace(head.key, row.student.id),
        )
        for row in rows
    ]
