"""The query `occurrence` returns one occurrence. When the roster is selected, it is read in the same snapshot."""

from typing import Annotated

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from db.calendar.occurrence_listings import read_tallies
from db.calendar.occurrences import head_beside
from db.roster.opened_sheets import sheet_beside
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.access import requires
from gql.fields.context import Info, read_at_once, reading
from gql.fields.global_ids import decode_occurrence_id
from gql.fields.loaders import find_visible_head, parts_for, sheet_of, sheet_opened
from gql.fields.selection import names_below

NEEDS_ROSTER = frozenset({"roster", "openings"})
NEEDS_TALLY = frozenset({"tally", "attendanceState"})


async def resolve(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the occurrence.")]
) -> Occurrence | None:
    key = decode_occurrence_id(id, "id")
    asked = names_below(info)
    if asked & NEEDS_ROSTER:
        now, parts = info.context.clock(), parts_for(asked)
        opened = sheet_beside(key, parts, now)
        viewer = None if opened is None else await read_at_once(info, opened)
        if opened is not None and viewer is not None:
            found = await sheet_opened(opened, viewer, parts)
            return None if found is None else show_occurrence(found.head, now, sheet=found)
    wanted = head_beside(key)
    async with reading(info, wanted) as (connection, viewer):
        head = await find_visible_head(connection, viewer, key, wanted)
        if head is None:
            return None
        if asked & NEEDS_ROSTER:
            now = info.context.clock()
            sheet = await sheet_of(connection, viewer, head, parts_for(asked), now=now)
            return show_occurrence(head, now, sheet=sheet)
        tallies = await read_tallies(connection, viewer.caller.organization_id, [key]) if asked & NEEDS_TALLY else {}
        return show_occurrence(head, info.context.clock(), counted=tallies.get(key))


field = strawberry.field(
    resolver=resolve,
    description="One occurrence by its id, whether or not anything has been recorded for it. Null when the timeslot "
    "does not fall on the date, or when the viewer may not see the occurrence. Needs attendance VIEW; without "
    "SEE_ALL, a viewer sees only the occurrences that they teach or substitute.",
    metadata=requires(SEE_ATTENDANCE),
)
