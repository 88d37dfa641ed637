"""The mutation denyMakeup, with which staff turn down a family's request for a makeup (R8.7)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.decline_makeup import deny_makeup
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.makeup_refusals import MakeupRequestSettled
from gql.makeups.makeup_request_changed import (
    COMMENT_DESCRIPTION,
    MakeupRequestChanged,
    change_makeup_request,
    checked_comment,
)


@strawberry.input(description="The request to deny.")
class DenyMakeupInput:
    makeup_request_id: strawberry.ID = strawberry.field(
        description="The id of the request, whose state must be REQUESTED."
    )
    comment: str | None = strawberry.field(default=None, description=f"A remark for the family. {COMMENT_DESCRIPTION}")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The request was denied. Its makeup token can be used again.")
class DenyMakeupSuccess(MakeupRequestChanged):
    pass


DenyMakeupResult: TypeAlias = Annotated[
    DenyMakeupSuccess | MakeupRequestSettled | PermissionDenied,
    strawberry.union("DenyMakeupResult", description="The denied request, or the reason why it was not denied."),
]


async def resolve(
    info: Info, input: Annotated[DenyMakeupInput, strawberry.argument(description="The request to deny.")]
) -> DenyMakeupResult | None:
    request_id = decode_id(input.makeup_request_id, "MakeupRequest", "input.makeupRequestId")
    comment = checked_comment(input.comment)
    changed = await change_makeup_request(
        info,
        input,
        lambda uow, viewer, now: deny_makeup(uow, viewer, request_id, comment, now=now),
    )
    return DenyMakeupSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Deny a family's request for a makeup. Its makeup token can be used again. When several people "
    "approve, deny or withdraw the same request at once, one of them succeeds and the others get "
    "MakeupRequestSettled. Needs CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal; without "
    "SEE_ALL, the caller must see both the student and the class. A request that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
