"""eligibleMakeups: where a makeup token can be used (R8.9)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.makeups.search_makeups import FoundMakeups, MakeupSearch, search_makeups
from attendance.rules.calendar.listings import range_refusal
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.makeups.makeup_search import MOST_DAYS, MakeupQuestion
from attendance.rules.makeups.makeups import MakeupStudent
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Caller, sees_all_occurrences
from attendance.rules.refusals import NothingFound
from attendance.rules.tokens.student_tokens import seen_by_family
from db.calendar.occurrences import read_heads
from db.tokens.student_tokens import read_tokens
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.fields.access import requires
from gql.fields.context import Info, Reading, reading
from gql.fields.global_ids import decode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, connection, read_page
from gql.fields.visible import find_students
from gql.fields.vocabulary import Portal
from gql.makeups.eligible_makeup import EligibleMakeup, show_makeup
from gql.protocol.errors import BadInput, Forbidden

_CURSORS = position_cursors("eligibleMakeups")


async def resolve(  # noqa: PLR0917 - Strawberry passes arguments by name
    info: Info,
    token_id: Annotated[strawberry.ID, strawberry.argument(description="The makeup token's id.")],
    from_on: Annotated[
        date, strawberry.argument(name="from", description="The first local date, at each class's location.")
    ],
    to: Annotated[
        date,
        strawberry.argument(description=f"The last local date, inclusive; the range holds at most {MOST_DAYS} days."),
    ],
    include_rejected: Annotated[
        bool,
        strawberry.argument(
            description="true: occurrences come too that the token cannot be used for, each with everything that is "
            "against it. For staff alone."
        ),
    ] = False,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[EligibleMakeup]:
    token = decode_id(token_id, "MakeupToken", "tokenId")
    page = read_page(_CURSORS, first=first, after=after)
    within, now = _range(from_on, to), info.context.clock()
    async with reading(info) as source:
        caller = source.viewer.caller
        if include_rejected and caller.portal is Portal.CUSTOMER:
            raise Forbidden("includeRejected is for staff.")
        search = MakeupSearch(
            within, page.size, read_position(page.after, "after"), include_rejected, _visible_to(caller)
        )
        question = await _question(source, token, now)
        found = await search_makeups(source.connection, caller.organization_id, question, search)
        heads = await _heads(source, found)
    return connection(
        found.candidates,
        page,
        has_more=found.has_more,
        node=lambda candidate: show_makeup(candidate, heads[candidate.position.key], now),
        cursor=lambda candidate: encode_position(_CURSORS, candidate.position),
    )


field = strawberry.field(
    resolver=resolve,
    description="The occurrences of a range of dates, at all locations, for which a makeup token can be redeemed now, "
    "by start, then offering name; with `includeRejected` all occurrences of the range, each with what is against it. "
    "The checks are those of `redeemMakeupToken`; the token has to be redeemed by its last day, and the class may be "
    "later. Nothing is eligible for a token that cannot be used at all. Guardians ask about tokens of their own "
    "students; staff need attendance VIEW, and without SEE_ALL see what they teach or substitute.",
    metadata=requires(SEE_ATTENDANCE, by_name=[Portal.CUSTOMER]),
)


def _range(from_on: date, to: date) -> DateSpan:
    refusal = range_refusal(from_on, to, most_days=MOST_DAYS)
    if refusal is not None:
        raise BadInput(f'Arguments "from" and "to" make no range that can be searched. {refusal}')
    return DateSpan(from_on, to)


def _visible_to(caller: Caller) -> UUID | None:
    """Whoever may redeem a token may know of each class that it is good for."""
    return None if caller.portal is Portal.CUSTOMER or sees_all_occurrences(caller) else caller.person_id


async def _question(source: Reading, token_id: UUID, now: datetime) -> MakeupQuestion:
    """Raises NothingFound for a token that the viewer may not know of."""
    caller, settings = source.viewer.caller, source.viewer.settings.makeup_tokens
    tokens = await read_tokens(source.connection, caller.organization_id, [token_id])
    if caller.portal is Portal.CUSTOMER:
        tokens = seen_by_family(tokens, settings, now)
    students = await find_students(source, [token.student_id for token in tokens])
    for token in tokens:
        if student := students.get(token.student_id):
            facts = MakeupStudent(student.facts.birth_on, student.facts.gender)
            return MakeupQuestion(token.student_id, facts, token, settings, now)
    raise NothingFound("There is no such makeup token.")


async def _heads(source: Reading, found: FoundMakeups) -> dict[OccurrenceKey, OccurrenceHead]:
    keys = [candidate.position.key for candidate in found.candidates]
    heads = await read_heads(source.connection, source.viewer.caller.organization_id, keys)
    return {head.key: head for head in heads}
