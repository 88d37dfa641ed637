"""The query `expectedAbsences` lists expected absences by date (R6.1, R6.2)."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import CALENDAR
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from db.absences import expected_absences as db
from db.people.students import visibility_of
from gql.absences.expected_absence import ExpectedAbsence, show_expected_absences
from gql.absences.vocabulary import ExpectedAbsenceState
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS, MOST_WORDS, checked_words
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.visible import may_see_students
from gql.people.student_query import OF_STUDENTS
from gql.protocol.errors import BadInput, Forbidden

_CURSORS = Cursors("expectedAbsences", (date, UUID))


@strawberry.input(
    description="A filter for expected absences. An absence must meet every condition that is given. A list that is "
    "empty, null or left out sets no condition."
)
class ExpectedAbsenceFilter:
    student_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only absences of these students. At most {MOST_IDS} ids."
    )
    states: list[ExpectedAbsenceState] | None = strawberry.field(
        default=None, description=f"Only absences in one of these states. At most {MOST_WORDS} states."
    )
    is_late: bool | None = strawberry.field(
        default=None,
        description="True lists only late requests, false only absences that are not late. When left out or null, "
        "both are listed.",
    )
    from_on: date | None = strawberry.field(
        name="from",
        default=None,
        description="Only absences that end on this date or later. When left out or null, there is no such bound.",
    )
    to: date | None = strawberry.field(
        default=None,
        description="Only absences that start on this date or earlier. When left out or null, there is no such bound.",
    )


async def resolve(
    info: Info,
    filter: Annotated[
        ExpectedAbsenceFilter | None,
        strawberry.argument(
            description="The conditions that the absences must meet. When left out or null, all are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[ExpectedAbsence]:
    page = read_page(_CURSORS, first=first, after=after)
    chosen = _chosen(filter or ExpectedAbsenceFilter())
    async with reading(info) as source:
        caller = source.viewer.caller
        if not may_see_students(caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        found = await db.list_expected_absences(
            source.connection,
            caller.organization_id,
            visibility_of(caller),
            chosen,
            after=page.after,
            limit=page.size + 1,
        )
        shown = await show_expected_absences(source, found[: page.size])
    return first_page(
        found,
        page,
        node=lambda row: shown[row.id],
        cursor=lambda row: _CURSORS.encode(row.told.starts_on, row.id),
    )


def _chosen(given: ExpectedAbsenceFilter) -> db.ExpectedAbsenceFilter:
    for day in (given.from_on, given.to):
        if day is not None and day not in CALENDAR:
            raise BadInput(f'Argument "filter" has no range that can be listed. {day} is not a date from {_CALENDAR}.')
    ids = decode_ids(given.student_ids, "Student", "filter.studentIds", at_most=MOST_IDS) if given.student_ids else None
    return db.ExpectedAbsenceFilter(
        student_ids=ids,
        states=checked_words(given.states, "filter.states"),
        is_late=given.is_late,
        from_on=given.from_on,
        to_on=given.to,
    )


_CALENDAR = f"{CALENDAR.starts_on} to {CALENDAR.ends_on}"

field = strawberry.field(
    resolver=resolve,
    description="The expected absences, ordered by first date. Staff need attendance VIEW; without SEE_ALL they see "
    "those of students who are enrolled in what they teach or substitute. Guardians see those of their own family.",
    metadata=OF_STUDENTS,
)
