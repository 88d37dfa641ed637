"""The query eligibleMakeups, which finds the classes in which a makeup token can be used (R8.9)."""

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
from gql.protocol.guard import weighs

_CURSORS = position_cursors("eligibleMakeups")


async def resolve(  # noqa: PLR0917 - Strawberry passes arguments by name
    info: Info,
    token_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the makeup token.")],
    from_on: Annotated[
        date, strawberry.argument(name="from", description="The first local date, at the location of each class.")
    ],
    to: Annotated[
        date,
        strawberry.argument(
            description=f"The last local date, inclusive. The range may hold at most {MOST_DAYS} days."
        ),
    ],
    include_rejected: Annotated[
        bool,
        strawberry.argument(
            description="Whether to include the occurrences for which the token cannot be used, each with its "
            "obstacles. Only staff may pass true."
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
            raise Forbidden('Only staff may set "includeRejected" to true.')
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
    description="The occurrences in a range of dates, at all locations, for which a makeup token can be redeemed now, "
    "ordered by start, then by offering name. With `includeRejected`, all occurrences in the range are listed, each "
    "with its obstacles. The checks are those of `redeemMakeupToken`. The token must be redeemed by its last date, "
    "but the class may be later. The list is empty when the token cannot be used at all. Guardians can ask about "
    "tokens of their own students. Staff need attendance VIEW; without SEE_ALL, only the occurrences that the viewer "
    "teaches or substitutes are listed.",
    metadata={**requires(SEE_ATTENDANCE, by_name=[Portal.CUSTOMER]), **weighs(5_000)},
)


def _range(from_on: date, to: date) -> DateSpan:
    refusal = range_refusal(from_on, to, most_days=MOST_DAYS)
    if refusal is not None:
        raise BadInput(f'Arguments "from" and "to" do not form a range that can be searched. {refusal}')
    return DateSpan(from_on, to)


def _visible_to(caller: Caller) -> UUID | None:
    """Return the id of the person whose occurrences alone are searched, or None to search all occurrences.

    Guardians search all of them, because whoever may redeem a token may know of each class for which it can be used.
    """
    return None if caller.portal is Portal.CUSTOMER or sees_all_occurrences(caller) else caller.person_id


async def _question(source: Reading, token_id: UUID, now: datetime) -> MakeupQuestion:
    """Return what to search for. Raises NothingFound when the viewer may not see the token."""
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
