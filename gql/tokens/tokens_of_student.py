"""The field student.makeupTokens: the student's makeup tokens that the viewer may see."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.tokens.student_tokens import token_order
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal
from gql.people.student import Student
from gql.tokens.makeup_token import MakeupToken, read_shown_tokens, show_token
from gql.tokens.vocabulary import MakeupTokenState

_CURSORS = Cursors("makeupTokens", (date, UUID))


async def tokens_of_student(
    info: Info, student: Student, states: list[MakeupTokenState] | None, first: int | None, after: str | None
) -> Connection[MakeupToken]:
    """Return a page of the tokens that the viewer may see. Raises BadInput.

    This executes two statements for all students of a batch.
    """
    page, now = read_page(_CURSORS, first=first, after=after), info.context.clock()
    shown = await load(info, student.facts.id, read_shown_tokens)
    tokens = [token for token in shown.visible(now) if states is None or token.state(now) in states]
    found = [token for token in tokens if page.after is None or token_order(token) > page.after]
    return first_page(
        found,
        page,
        node=lambda token: show_token(token, student, shown, now),
        cursor=lambda token: _CURSORS.encode(*token_order(token)),
    )


async def resolve(
    self: Student,
    info: Info,
    states: Annotated[
        list[MakeupTokenState] | None,
        strawberry.argument(
            description="Only tokens in these states. When left out or null, tokens in all states are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MakeupToken]:
    return await tokens_of_student(info, self, states or None, first, after)


field = strawberry.field(
    resolver=resolve,
    description="The student's makeup tokens, ordered by expiration date; those that never expire come last. "
    "Guardians see tokens from the issue date on. Guardians never see revoked and deleted tokens, and see expired "
    "ones only while the setting familiesSeeExpired is on.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
