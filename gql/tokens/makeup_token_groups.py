"""A student's makeup tokens in the groups in which families look at them (R8.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.refusals import LocationNotFound
from attendance.rules.tokens.student_tokens import MOST_IN_GROUP, TokenFacts, TokenGroups, group_tokens
from db.calendar.offerings import read_locations
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal
from gql.people.student import Student
from gql.tokens.makeup_token import MakeupToken, ShownTokens, read_shown_tokens, show_token

_ORDER = "The first to expire comes first, those that never expire last."


@strawberry.type(
    description=f"A student's makeup tokens by what can be done with them; at most {MOST_IN_GROUP} in a group, "
    "`makeupTokens` has all. Tokens whose issue date is ahead, revoked and deleted ones are in no group."
)
class MakeupTokenGroups:
    usable_here: list[MakeupToken] = strawberry.field(
        description="Those that can be redeemed at the location, or anywhere if the organization ignores the locks of "
        f"tokens; without a location all that can be redeemed. {_ORDER}"
    )
    usable_elsewhere: list[MakeupToken] = strawberry.field(
        description="Those that can be redeemed, and are locked to another location than the one asked about. " + _ORDER
    )
    requested: list[MakeupToken] = strawberry.field(
        description="Those with which a makeup was requested that staff have not decided about. " + _ORDER
    )
    pending: list[MakeupToken] = strawberry.field(
        description="Those with which a makeup is booked for today or later. " + _ORDER
    )
    spent: list[MakeupToken] = strawberry.field(
        description=f"Those whose makeup has come and gone; of many, the last in the order. {_ORDER}"
    )
    expired: list[MakeupToken] = strawberry.field(
        description="Those that nobody redeemed in time; of many, the last to expire. For families empty where the "
        f"organization does not show expired tokens to them. {_ORDER}"
    )


async def groups_of_student(info: Info, student: Student, location_id: UUID | None) -> MakeupTokenGroups:
    """Four or five statements for all students of a batch, whatever they have. Raises LocationNotFound."""
    now = info.context.clock()
    shown = await load(info, (student.facts.id, location_id), _read_tokens)
    if shown is None:
        raise LocationNotFound
    groups = group_tokens(
        shown.visible(now),
        at_location=location_id,
        ignores_locks=shown.settings.ignore_location_lock,
        now=now,
    )
    return _show(groups, student, shown, now)


def _show(groups: TokenGroups, student: Student, shown: ShownTokens, now: datetime) -> MakeupTokenGroups:
    def each(tokens: list[TokenFacts]) -> list[MakeupToken]:
        return [show_token(token, student, shown, now) for token in tokens]

    return MakeupTokenGroups(
        usable_here=each(groups.usable_here),
        usable_elsewhere=each(groups.usable_elsewhere),
        requested=each(groups.requested),
        pending=each(groups.pending),
        spent=each(groups.spent),
        expired=each(groups.expired),
    )


async def _read_tokens(source: Reading, asked: list[tuple[UUID, UUID | None]]) -> list[ShownTokens | None]:
    """None: there is no such location, or it was deleted."""
    organization_id = source.viewer.caller.organization_id
    live: set[UUID | None] = {None}
    if any(location_id is not None for _, location_id in asked):
        live |= {each.id for each in await read_locations(source.connection, organization_id)}
    tokens = await read_shown_tokens(source, [student_id for student_id, _ in asked])
    return [shown if location_id in live else None for shown, (_, location_id) in zip(tokens, asked, strict=True)]


async def resolve(
    self: Student,
    info: Info,
    location_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Where a makeup is looked for. Left out or null: anywhere, so that all that can be "
            "redeemed are in `usableHere`."
        ),
    ] = None,
) -> MakeupTokenGroups:
    anywhere = location_id is None
    here = None if anywhere else decode_id(str(location_id), "Location", "locationId")
    return await groups_of_student(info, self, here)


field = strawberry.field(
    resolver=resolve,
    description="The student's makeup tokens by what can be done with them: those that the viewer sees.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
