"""A student's makeup tokens in the groups in which families look at them (R8.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import LocationFacts
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

_ORDER = "Tokens are ordered by expiration date; those that never expire come last."


@strawberry.type(
    description="A student's makeup tokens, grouped by what can be done with them. Each group has at most "
    f"{MOST_IN_GROUP} tokens; `makeupTokens` lists all of them. No group has tokens with a future issue date, revoked "
    "tokens or deleted tokens."
)
class MakeupTokenGroups:
    usable_here: list[MakeupToken] = strawberry.field(
        description="The tokens that can be redeemed at the requested location. When the setting `ignoreLocationLock` "
        f"is on, or when no location was given, these are all tokens that can be redeemed. {_ORDER}"
    )
    usable_elsewhere: list[MakeupToken] = strawberry.field(
        description=f"The tokens that can be redeemed, but only at another location than the requested one. {_ORDER}"
    )
    requested: list[MakeupToken] = strawberry.field(
        description=f"The tokens with which a makeup was requested that staff have not decided about. {_ORDER}"
    )
    pending: list[MakeupToken] = strawberry.field(
        description=f"The tokens with which a makeup is booked for today or a later date. {_ORDER}"
    )
    spent: list[MakeupToken] = strawberry.field(
        description="The tokens whose makeup is over. When there are too many for the group, the last ones in the "
        f"order are kept. {_ORDER}"
    )
    expired: list[MakeupToken] = strawberry.field(
        description="The tokens that were not redeemed in time. When there are too many for the group, those that "
        f"expired last are kept. Guardians get an empty list unless the setting `familiesSeeExpired` is on. {_ORDER}"
    )


async def groups_of_student(info: Info, student: Student, location_id: UUID | None) -> MakeupTokenGroups:
    """Return the student's tokens in groups. Raises LocationNotFound.

    This executes four or five statements for all students of a batch, however many tokens they have.
    """
    now = info.context.clock()
    shown = await load(info, (student.facts.id, location_id), _read_tokens)
    if shown is None:
        raise LocationNotFound
    tokens, location = shown
    groups = group_tokens(
        tokens.visible(now),
        at_location=location,
        ignores_locks=tokens.settings.ignore_location_lock,
        now=now,
    )
    return _show(groups, student, tokens, now)


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


async def _read_tokens(
    source: Reading, asked: list[tuple[UUID, UUID | None]]
) -> list[tuple[ShownTokens, LocationFacts | None] | None]:
    """Return the tokens and the location for each pair of student and location. An entry is None when its location does
    not exist or was deleted.
    """
    organization_id = source.viewer.caller.organization_id
    live: dict[UUID | None, LocationFacts | None] = {None: None}
    if any(location_id is not None for _, location_id in asked):
        live |= {each.id: each for each in await read_locations(source.connection, organization_id)}
    tokens = await read_shown_tokens(source, [student_id for student_id, _ in asked])
    return [
        (shown, live[location_id]) if location_id in live else None
        for shown, (_, location_id) in zip(tokens, asked, strict=True)
    ]


async def resolve(
    self: Student,
    info: Info,
    location_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="The id of the location where a makeup is wanted. When left out or null, it is wanted at any "
            "location, and `usableHere` has all tokens that can be redeemed."
        ),
    ] = None,
) -> MakeupTokenGroups:
    anywhere = location_id is None
    here = None if anywhere else decode_id(str(location_id), "Location", "locationId")
    return await groups_of_student(info, self, here)


field = strawberry.field(
    resolver=resolve,
    description="The student's makeup tokens, grouped by what can be done with them. Only tokens that the viewer may "
    "see are included.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
