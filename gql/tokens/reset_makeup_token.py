"""resetMakeupToken: give a makeup up, and its token back."""

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
from gql.tokens.makeup_token import MakeupToken
from gql.tokens.token_arguments import show_kept_token
from gql.tokens.token_refusals import MakeupTokenNotChangeable


@strawberry.input(description="Which makeup token is given back.")
class ResetMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The makeup token.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="Nothing holds the token any more.")
class ResetMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(
        description="As it is now: AVAILABLE or SCHEDULED, EXPIRED if its last date is over, or REVOKED if the absence "
        "that earned it was corrected while it was in use."
    )


ResetMakeupTokenResult: TypeAlias = Annotated[
    ResetMakeupTokenSuccess | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("ResetMakeupTokenResult", description="The token, or why it stays as it is."),
]


async def resolve(
    info: Info, input: Annotated[ResetMakeupTokenInput, strawberry.argument(description="The token.")]
) -> ResetMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    async with act_once(
        info, input, TokenChanged, lambda uow, viewer, now: reset_makeup_token(uow, viewer, token_id, now=now)
    ) as done:
        return ResetMakeupTokenSuccess(makeup_token=await show_kept_token(done))


field = strawberry.mutation(
    resolver=resolve,
    description="Give up what a makeup token is used for. Of a PENDING one the makeup is cancelled: the student leaves "
    "its roll sheet at once, unless a mark keeps the row, subdued. Of a REQUESTED one the request is withdrawn. Only "
    "these two can be reset; the makeup of a SPENT one has come and gone. Office and Staff Portal, "
    "CREATE_MAKEUP_TOKENS together with attendance VIEW. A token that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
