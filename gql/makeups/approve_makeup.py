"""approveMakeup: staff grant a family's request for a makeup (R8.7)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.approve_makeup import approve_makeup
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.makeup_arguments import CHECKS, MUST_BE_GOOD, AgainstTheClass, AgainstTheToken
from gql.makeups.makeup_refusals import MakeupRequestSettled
from gql.makeups.makeup_request_changed import (
    COMMENT_DESCRIPTION,
    MakeupRequestChanged,
    change_makeup_request,
    checked_comment,
)


@strawberry.input(description="A request to grant.")
class ApproveMakeupInput:
    makeup_request_id: strawberry.ID = strawberry.field(description="A request for a makeup that is REQUESTED.")
    comment: str | None = strawberry.field(
        default=None, description=f"A remark that the family sees. {COMMENT_DESCRIPTION}"
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup is booked.")
class ApproveMakeupSuccess(MakeupRequestChanged):
    pass


ApproveMakeupResult: TypeAlias = Annotated[
    ApproveMakeupSuccess | MakeupRequestSettled | AgainstTheToken | AgainstTheClass | PermissionDenied,
    strawberry.union("ApproveMakeupResult", description="The approved request, or why the makeup was not booked."),
]


async def resolve(
    info: Info, input: Annotated[ApproveMakeupInput, strawberry.argument(description="Which one.")]
) -> ApproveMakeupResult | None:
    request_id = decode_id(input.makeup_request_id, "MakeupRequest", "input.makeupRequestId")
    comment = checked_comment(input.comment)
    changed = await change_makeup_request(
        info,
        input,
        lambda uow, viewer, now: approve_makeup(uow, viewer, request_id, comment, now=now),
    )
    return ApproveMakeupSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Approve a family's request for a makeup, and book it. All is checked again as of now; a request that "
    f"is refused for it stays open. {MUST_BE_GOOD}{CHECKS} Of several who approve, deny or withdraw it at once one "
    "does, and the others get MakeupRequestSettled. Office and Staff Portal, CREATE_MAKEUP_TOKENS together with "
    "attendance VIEW; without SEE_ALL only for students and classes that the caller sees. A request that is not to be "
    "seen is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
