"""expectedAbsences: a listing by date (R6.1, R6.2)."""

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
from gql.fields.pagination import Connection, Cursors, connection, read_page
from gql.fields.visible import may_see_students
from gql.people.student_query import OF_STUDENTS
from gql.protocol.errors import BadInput, Forbidden

_CURSORS = Cursors("expectedAbsences", (date, UUID))


@strawberry.input(
    description="Which expected absences are listed: those that meet all that is given. An empty list, or one left "
    "out, sets no condition."
)
class ExpectedAbsenceFilter:
    student_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Of these students; at most {MOST_IDS}."
    )
    states: list[ExpectedAbsenceState] | None = strawberry.field(
        default=None, description=f"In one of these states; at most {MOST_WORDS}."
    )
    is_late: bool | None = strawberry.field(
        default=None, description="true: late ones alone; false: those in time alone; left out or null: both."
    )
    from_on: date | None = strawberry.field(
        name="from", default=None, description="Those that are not over before this local date."
    )
    to: date | None = strawberry.field(default=None, description="Those that start on this local date or before.")


async def resolve(
    info: Info,
    filter: Annotated[
        ExpectedAbsenceFilter | None, strawberry.argument(description="Which ones. Left out or null: all.")
    ] = strawberry.UNSET,
    first: Annotated[int | None, FIRST] = strawberry.UNSET,
    after: Annotated[str | None, AFTER] = strawberry.UNSET,
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
    return connection(
        found[: page.size],
        page,
        has_more=len(found) > page.size,
        node=lambda row: shown[row.id],
        cursor=lambda row: _CURSORS.encode(row.told.starts_on, row.id),
    )


def _chosen(given: ExpectedAbsenceFilter) -> db.ExpectedAbsenceFilter:
    for day in (given.from_on, given.to):
        if day is not None and day not in CALENDAR:
            raise BadInput(f'Argument "filter" has no range that can be listed: {day} lies outside of {_CALENDAR}.')
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
    description="Expected absences, by first date. Staff need attendance VIEW, and without SEE_ALL see those of "
    "students enrolled in what they teach or substitute; guardians see those of their family.",
    metadata=OF_STUDENTS,
)
