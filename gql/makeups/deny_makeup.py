"""denyMakeup: staff turn a family's request for a makeup down (R8.7)."""

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


@strawberry.input(description="A request to turn down.")
class DenyMakeupInput:
    makeup_request_id: strawberry.ID = strawberry.field(description="A request for a makeup that is REQUESTED.")
    comment: str | None = strawberry.field(
        default=None, description=f"A remark that the family sees. {COMMENT_DESCRIPTION}"
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The request is denied, and its makeup token can be used again.")
class DenyMakeupSuccess(MakeupRequestChanged):
    pass


DenyMakeupResult: TypeAlias = Annotated[
    DenyMakeupSuccess | MakeupRequestSettled | PermissionDenied,
    strawberry.union("DenyMakeupResult", description="The denied request, or why it is not."),
]


async def resolve(
    info: Info, input: Annotated[DenyMakeupInput, strawberry.argument(description="Which one.")]
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
    description="Turn a family's request for a makeup down. Its makeup token can be used again. Of several who "
    "approve, deny or withdraw it at once one does, and the others get MakeupRequestSettled. Office and Staff Portal, "
    "CREATE_MAKEUP_TOKENS together with attendance VIEW; without SEE_ALL only for students and classes that the caller "
    "sees. A request that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
