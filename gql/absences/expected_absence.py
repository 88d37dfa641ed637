"""The type ExpectedAbsence, as staff and families see it."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import strawberry

from attendance.rules.absences.absence_requests import ToldAbsence, hit_keys
from attendance.rules.calendar.occurrences import may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from db.absences.expected_absences import read_expected_absences
from db.calendar.occurrences import read_heads
from db.people.students import read_enrollments, visibility_of
from gql.absences.vocabulary import ExpectedAbsenceState
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.enrollments.enrollment import Enrollment, show_place
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.loaders import load, load_enrollments
from gql.fields.node import Node
from gql.fields.visible import find_students, may_see_students
from gql.fields.vocabulary import Portal, Source
from gql.people.people import Actor, StaffMember, show_actor, show_staff_member
from gql.people.student import Student

MOST_SHOWN = 20


@strawberry.type(
    description="An absence that was announced beforehand. It is not a mark and earns no makeup token by itself; a "
    "later mark can. Staff need attendance VIEW and must be allowed to see the student. Guardians see those of their "
    "own family."
)
class ExpectedAbsence(Node):
    student: Student = strawberry.field(description="The student who will be absent.")
    state: ExpectedAbsenceState = strawberry.field(description="The state of the expected absence.")
    starts_on: date = strawberry.field(description="The first date of the absence, in local time.")
    ends_on: date = strawberry.field(description="The last date of the absence, inclusive, in local time.")
    window_starts: str | None = strawberry.field(
        description="The start of the time window on each date, as local time `HH:MM`. Null when the absence is all "
        "day."
    )
    window_ends: str | None = strawberry.field(
        description="The end of the time window on each date, as local time `HH:MM`. An occurrence that starts at "
        "this time is not covered. Null when the absence is all day."
    )
    comment: str | None = strawberry.field(description="The comment on the absence. Null when none was given.")
    is_excused: bool = strawberry.field(
        description="Whether the absence is excused. If so, the mark that a first check-in sets by default is "
        "EXCUSED_ABSENCE and not ABSENT."
    )
    is_late: bool = strawberry.field(
        description="Whether a guardian requested it too late: less than the organization's notice was left before "
        "the first occurrence that it covers."
    )
    source: Source = strawberry.field(description="Where it came from: OFFICE, STAFF or GUARDIAN.")
    requested_by: Actor | None = strawberry.field(
        description="The person who recorded or requested it. Null when it is not known who did."
    )
    requested_at: datetime = strawberry.field(description="When it was recorded or requested.")
    decided_by: StaffMember | None = strawberry.field(
        description="The staff member who approved or denied it. Null when it is undecided, when a setting approved "
        "it, when it is not known who decided, and always for guardians."
    )
    decided_at: datetime | None = strawberry.field(
        description="When it was approved or denied. Null when it is undecided."
    )
    withdrawn_by: Actor | None = strawberry.field(
        description="The person who withdrew it. Null when it is not withdrawn and when it is not known who did. For "
        "guardians it is also null when staff withdrew it."
    )
    withdrawn_at: datetime | None = strawberry.field(
        description="When it was withdrawn. Null when it is not withdrawn."
    )
    facts: strawberry.Private[ToldAbsence]

    @strawberry.field(
        description="The enrollments to which the absence is limited. Deleted enrollments are left out. Empty when "
        "`isForAll` is true.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def enrollments(self, info: Info) -> list[Enrollment]:
        wanted = self.facts.told.enrollment_ids
        if wanted is None:
            return []
        places = await load_enrollments(info, self.facts.student_id)
        return [show_place(each) for each in places if each.enrollment.id in wanted]

    @strawberry.field(
        description="Whether the absence covers all of the student's classes, including those of later enrollments."
    )
    def is_for_all(self) -> bool:
        return self.facts.told.enrollment_ids is None

    @strawberry.field(
        description="The occurrences that the absence covers, given the student's current enrollments, earliest "
        f"first. At most {MOST_SHOWN} are listed. Occurrences that do not take place and those that the viewer may "
        "not see are left out.",
        metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
    )
    async def occurrences(self, info: Info) -> list[Occurrence]:
        return await load(info, _ByAbsence(self.facts, info.context.clock()), _read_hits)


async def find_expected_absences(source: Reading, ids: Collection[UUID]) -> dict[UUID, ExpectedAbsence]:
    """Return the expected absences that the viewer may see, in two statements; none when the viewer sees no
    students.
    """
    viewer = source.viewer
    if not may_see_students(viewer.caller) or not ids:
        return {}
    organization_id = viewer.caller.organization_id
    found = await read_expected_absences(source.connection, organization_id, ids, visibility_of(viewer.caller))
    return await show_expected_absences(source, found.values())


async def show_expected_absences(source: Reading, absences: Collection[ToldAbsence]) -> dict[UUID, ExpectedAbsence]:
    """Show expected absences. One statement reads their students."""
    students = await find_students(source, {each.student_id for each in absences})
    is_family = source.viewer.caller.portal is Portal.CUSTOMER
    return {
        each.id: _show(each, students[each.student_id], is_family) for each in absences if each.student_id in students
    }


def _show(facts: ToldAbsence, student: Student, is_family: bool) -> ExpectedAbsence:
    told = facts.told
    shows_withdrawer = not is_family or (facts.withdrawn_by is not None and facts.withdrawn_by[0].value == "GUARDIAN")
    return ExpectedAbsence(
        id=encode_id("ExpectedAbsence", facts.id),
        student=student,
        state=facts.state,
        starts_on=told.starts_on,
        ends_on=told.ends_on,
        window_starts=None if told.window_start is None else f"{told.window_start:%H:%M}",
        window_ends=None if told.window_end is None else f"{told.window_end:%H:%M}",
        comment=told.comment,
        is_excused=told.is_excused,
        is_late=facts.is_late,
        source=facts.source,
        requested_by=show_actor(facts.requested_by),
        requested_at=facts.requested_at,
        decided_by=None if is_family or facts.decided_by is None else show_staff_member(facts.decided_by),
        decided_at=facts.decided_at,
        withdrawn_by=show_actor(facts.withdrawn_by) if shows_withdrawer else None,
        withdrawn_at=facts.withdrawn_at,
        facts=facts,
    )


class _ByAbsence:
    """An absence as the key of a batch, compared by identity."""

    def __init__(self, facts: ToldAbsence, now: datetime) -> None:
        self.facts = facts
        self.now = now


async def _read_hits(source: Reading, asked: list[_ByAbsence]) -> list[list[Occurrence]]:
    """Return the occurrences that each absence covers, in three statements for all absences of a batch."""
    caller = source.viewer.caller
    students = {each.facts.student_id for each in asked}
    places = await read_enrollments(source.connection, caller.organization_id, students)
    hits = [hit_keys(each.facts.told, places[each.facts.student_id]) for each in asked]
    wanted = {key for keys in hits for key in keys}
    heads = {head.key: head for head in await read_heads(source.connection, caller.organization_id, wanted)}
    is_family = caller.portal is Portal.CUSTOMER
    seen = {key for key, head in heads.items() if head.is_held and (is_family or may_see_occurrence(caller, head))}

    def shown(keys: list[OccurrenceKey], now: datetime) -> list[Occurrence]:
        return [show_occurrence(heads[key], now) for key in keys if key in seen][:MOST_SHOWN]

    return [shown(keys, each.now) for keys, each in zip(hits, asked, strict=True)]
