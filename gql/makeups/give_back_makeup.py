"""The mutation giveBackMakeup, with which a family gives back a makeup that is booked (R8.12)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.give_back_makeup import give_back_makeup
from attendance.actions.tokens.edit_makeup_token import TokenChanged
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.makeups.give_back_refusals import GivingBackNotAllowed, GivingBackTooLate, MakeupAttended
from gql.tokens.makeup_token import MakeupToken, find_tokens
from gql.tokens.token_refusals import MakeupTokenNotChangeable


@strawberry.input(description="The makeup to give back, by the makeup token with which it is booked.")
class GiveBackMakeupInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token, whose state must be PENDING.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup was given back.")
class GiveBackMakeupSuccess:
    makeup_token: MakeupToken | None = strawberry.field(
        description="The makeup token after the makeup was given back. Its state is AVAILABLE; or EXPIRED when its "
        "last date has passed. Null when the family does not see the token any more, because the absence that earned "
        "it was corrected, or because the setting `familiesSeeExpired` is off."
    )


GiveBackMakeupResult: TypeAlias = Annotated[
    GiveBackMakeupSuccess | GivingBackNotAllowed | GivingBackTooLate | MakeupAttended | MakeupTokenNotChangeable,
    strawberry.union(
        "GiveBackMakeupResult", description="The makeup token, or the reason why the makeup was not given back."
    ),
]


async def resolve(
    info: Info, input: Annotated[GiveBackMakeupInput, strawberry.argument(description="The makeup to give back.")]
) -> GiveBackMakeupResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    async with act_once(
        info, input, TokenChanged, lambda uow, viewer, now: give_back_makeup(uow, viewer, token_id, now=now)
    ) as done:
        tokens = await find_tokens(done.reading, [done.outcome.token_id], done.now)
        return GiveBackMakeupSuccess(makeup_token=tokens.get(done.outcome.token_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Give back a makeup that is booked with a makeup token, while the setting familiesMayGiveBackMakeups "
    "is on. It is possible until the latest booking time (setting makeupLatestBookingMinutes), and not once the "
    "student has attended. The student leaves open roll sheets at once, the place is free again, and the token can be "
    "used again until it expires. A makeup that staff booked without a token, and one that they must give up later "
    "than this, are theirs to end. Only for guardians in the Customer Portal, for their own students; staff use "
    "`resetMakeupToken`. A token of another family is NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
