"""deleteMakeupToken: take a makeup token away."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.tokens.delete_makeup_token import delete_makeup_token
from attendance.actions.tokens.edit_makeup_token import TokenChanged
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


@strawberry.input(description="Which makeup token goes.")
class DeleteMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The makeup token.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The token was deleted.")
class DeleteMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(description="As staff go on seeing it, DELETED.")


DeleteMakeupTokenResult: TypeAlias = Annotated[
    DeleteMakeupTokenSuccess | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("DeleteMakeupTokenResult", description="The deleted token, or why it stays."),
]


async def resolve(
    info: Info, input: Annotated[DeleteMakeupTokenInput, strawberry.argument(description="The token.")]
) -> DeleteMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    async with act_once(
        info, input, TokenChanged, lambda uow, viewer, now: delete_makeup_token(uow, viewer, token_id, now=now)
    ) as done:
        return DeleteMakeupTokenSuccess(makeup_token=await show_kept_token(done))


field = strawberry.mutation(
    resolver=resolve,
    description="Delete a makeup token for good: SCHEDULED, AVAILABLE, REQUESTED, EXPIRED or REVOKED ones. A PENDING "
    "one is reset first; a SPENT one stays. Families do not see it any more, a request made with it lapses, and an "
    "e-mail that was not sent yet is not sent. The absence that earned it earns no other. Office and Staff Portal, "
    "DELETE_MAKEUP_TOKENS together with attendance VIEW. A token that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.DELETE_MAKEUP_TOKENS]),
)
