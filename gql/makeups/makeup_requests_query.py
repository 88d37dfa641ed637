"""The query makeupRequests, which lists the requests of families, oldest first (R8.7)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from db.makeups.makeup_requests import list_makeup_requests
from db.people.students import visibility_of
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, MOST_WORDS, checked_words
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.visible import may_see_students
from gql.makeups.makeup_request import MakeupRequest, show_makeup_requests
from gql.makeups.vocabulary import MakeupRequestState
from gql.people.student_query import OF_STUDENTS
from gql.protocol.errors import Forbidden

_CURSORS = Cursors("makeupRequests", (datetime, UUID))


async def resolve(
    info: Info,
    states: Annotated[
        list[MakeupRequestState] | None,
        strawberry.argument(
            description=f"Only requests in these states; at most {MOST_WORDS}. When left out or null, the requests "
            "that wait for the decision of staff (REQUESTED) are listed. When the list is empty, requests in all "
            "states are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MakeupRequest]:
    page, now = read_page(_CURSORS, first=first, after=after), info.context.clock()
    is_told = states is not None
    chosen = checked_words(states, "states") if is_told else [MakeupRequestState.REQUESTED]
    async with reading(info) as source:
        caller = source.viewer.caller
        if not may_see_students(caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        found = await list_makeup_requests(
            source.connection,
            caller.organization_id,
            visibility_of(caller),
            chosen or [],
            now=now,
            after=page.after,
            limit=page.size + 1,
        )
        shown = await show_makeup_requests(source, found[: page.size], now)
    return first_page(
        found,
        page,
        node=lambda row: shown[row.id],
        cursor=lambda row: _CURSORS.encode(row.requested_at, row.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The requests of families for makeups, oldest first. Staff need attendance VIEW; without SEE_ALL, "
    "only requests whose student and occurrence the viewer may see are listed. To decide, staff use `approveMakeup` "
    "and `denyMakeup`, which need CREATE_MAKEUP_TOKENS. Guardians see the requests of their own family.",
    metadata=OF_STUDENTS,
)
