"""The query makeupTokens, which lists makeup tokens over the whole organization (R13.7)."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from db.people.students import visibility_of
from db.tokens.token_pages import WantedTokens, list_tokens
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id, decode_ids
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS, checked_words
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.tokens.makeup_token import MakeupToken, tokens_by_id
from gql.tokens.vocabulary import MakeupTokenState

_CURSORS = Cursors("makeup tokens by expiration", (date, UUID))


async def resolve(
    info: Info,
    *,
    states: Annotated[
        list[MakeupTokenState] | None,
        strawberry.argument(
            description="Only tokens in these states. When left out, null or empty, tokens in all states are listed."
        ),
    ] = None,
    student_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only tokens of this student. When left out or null, those of all students are listed."
        ),
    ] = None,
    program_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"Only tokens for these programs alone, at most {MOST_IDS}. When left out or null, tokens are "
            "listed whatever their programs are."
        ),
    ] = None,
    expires_from: Annotated[
        date | None,
        strawberry.argument(description="Only tokens whose `expiresOn` is this date or later, or that never expire."),
    ] = None,
    expires_to: Annotated[
        date | None, strawberry.argument(description="Only tokens whose `expiresOn` is this date or earlier.")
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MakeupToken]:
    page, now = read_page(_CURSORS, first=first, after=after), info.context.clock()
    wanted = WantedTokens(
        None if student_id is None else decode_id(student_id, "Student", "studentId"),
        None if program_ids is None else decode_ids(program_ids, "Program", "programIds", at_most=MOST_IDS),
        checked_words(states, "states") or None,
        expires_from,
        expires_to,
    )
    async with reading(info) as source:
        viewer = source.viewer
        found = await list_tokens(
            source.connection,
            viewer.caller.organization_id,
            visibility_of(viewer.caller),
            wanted,
            now=now,
            after=page.after,
            limit=page.size + 1,
        )
        tokens = await tokens_by_id(source.connection, viewer, [id_ for id_, _ in found[: page.size]], now)
    return first_page(
        found,
        page,
        node=lambda each: tokens[each[0]],
        cursor=lambda each: _CURSORS.encode(each[1], each[0]),
    )


field = strawberry.field(
    resolver=resolve,
    description="The makeup tokens of the organization, ordered by expiration date; those that never expire come last. "
    "Needs attendance VIEW, in the Office Portal or the Staff Portal; without SEE_ALL, it lists those of students who "
    "are enrolled in what the caller teaches or substitutes.",
    metadata=requires(SEE_ATTENDANCE),
)
