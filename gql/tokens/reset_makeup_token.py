"""The mutation resetMakeupToken, which gives up a makeup so that its token can be used again."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.actions.tokens.reset_makeup_token import reset_makeup_token
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.give_back_refusals import MakeupAttended
from gql.tokens.makeup_token import MakeupToken
from gql.tokens.token_arguments import show_kept_token
from gql.tokens.token_refusals import MakeupTokenNotChangeable


@strawberry.input(description="The makeup token to reset.")
class ResetMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The token is no longer tied to a makeup or a request.")
class ResetMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(
        description="The token after the reset. Its state is AVAILABLE or SCHEDULED; or EXPIRED when its last date "
        "has passed; or REVOKED when the absence that earned it was corrected while it was in use."
    )


ResetMakeupTokenResult: TypeAlias = Annotated[
    ResetMakeupTokenSuccess | MakeupTokenNotChangeable | MakeupAttended | PermissionDenied,
    strawberry.union("ResetMakeupTokenResult", description="The token, or the reason why it was not reset."),
]


async def resolve(
    info: Info, input: Annotated[ResetMakeupTokenInput, strawberry.argument(description="The token to reset.")]
) -> ResetMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    async with act_once(
        info, input, TokenChanged, lambda uow, viewer, now: reset_makeup_token(uow, viewer, token_id, now=now)
    ) as done:
        return ResetMakeupTokenSuccess(makeup_token=await show_kept_token(done))


field = strawberry.mutation(
    resolver=resolve,
    description="Give up the makeup or the request for which a makeup token is used. For a PENDING token, the makeup "
    "is cancelled: the student leaves the roll sheet of that class at once, except that a row with a mark stays as a "
    "subdued row. For a REQUESTED token, the request is withdrawn. Tokens in other states cannot be reset; the makeup "
    "of a SPENT token is over. A makeup that the student attended cannot be given up by anybody. Needs "
    "CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal. A token "
    "that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
