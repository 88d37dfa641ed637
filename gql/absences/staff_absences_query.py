"""The query `staffAbsences` lists absent staff and their substitutes."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import range_refusal
from attendance.rules.calendar.timeslots import DateSpan
from db.absences.staff_absences import list_absences
from gql.absences.staff_absence import MANAGE_STAFF, StaffAbsence, show_staff_absence
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, FROM, TO
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.protocol.errors import BadInput

_CURSORS = Cursors("staffAbsences", (date, UUID))


async def resolve(
    info: Info,
    from_on: Annotated[date, FROM],
    to: Annotated[date, TO],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[StaffAbsence]:
    page = read_page(_CURSORS, first=first, after=after)
    refusal = range_refusal(from_on, to)
    if refusal is not None:
        raise BadInput(f"Staff absences cannot be listed. {refusal}")
    async with reading(info) as (source, viewer):
        found = await list_absences(
            source, viewer.caller.organization_id, DateSpan(from_on, to), after=page.after, limit=page.size + 1
        )
    return first_page(
        found,
        page,
        node=show_staff_absence,
        cursor=lambda absence: _CURSORS.encode(absence.span.starts_on, absence.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The staff absences that include some of these dates, ordered by first date, with the occurrences and "
    "their substitutes. Needs MANAGE_STAFF in the Office Portal or the Staff Portal.",
    metadata=MANAGE_STAFF,
)
