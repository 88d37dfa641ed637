"""The mutation deleteMakeupToken, which deletes a makeup token."""

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


@strawberry.input(description="The makeup token to delete.")
class DeleteMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The token was deleted.")
class DeleteMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(
        description="The deleted token, which staff still see in the state DELETED."
    )


DeleteMakeupTokenResult: TypeAlias = Annotated[
    DeleteMakeupTokenSuccess | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("DeleteMakeupTokenResult", description="The deleted token, or the reason why it was not deleted."),
]


async def resolve(
    info: Info, input: Annotated[DeleteMakeupTokenInput, strawberry.argument(description="The token to delete.")]
) -> DeleteMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    async with act_once(
        info, input, TokenChanged, lambda uow, viewer, now: delete_makeup_token(uow, viewer, token_id, now=now)
    ) as done:
        return DeleteMakeupTokenSuccess(makeup_token=await show_kept_token(done))


field = strawberry.mutation(
    resolver=resolve,
    description="Delete a makeup token for good. Its state must be SCHEDULED, AVAILABLE, REQUESTED, EXPIRED or "
    "REVOKED. Reset a PENDING token before you delete it; a SPENT token cannot be deleted. Families no longer see the "
    "token, a request made with it ends, and an e-mail about it that was not sent yet is not sent. The absence that "
    "earned the token earns no other. Needs DELETE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal. "
    "A token that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.DELETE_MAKEUP_TOKENS]),
)
