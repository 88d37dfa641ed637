"""The mutation approveMakeup, with which staff grant a family's request for a makeup (R8.7)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.approve_makeup import approve_makeup
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.makeup_arguments import AgainstTheClass, AgainstTheToken
from gql.makeups.makeup_refusals import MakeupRequestSettled
from gql.makeups.makeup_request_changed import (
    COMMENT_DESCRIPTION,
    MakeupRequestChanged,
    change_makeup_request,
    checked_comment,
)


@strawberry.input(description="The request to approve.")
class ApproveMakeupInput:
    makeup_request_id: strawberry.ID = strawberry.field(
        description="The id of the request, whose state must be REQUESTED."
    )
    comment: str | None = strawberry.field(default=None, description=f"A remark for the family. {COMMENT_DESCRIPTION}")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The request was approved and the makeup was booked.")
class ApproveMakeupSuccess(MakeupRequestChanged):
    pass


ApproveMakeupResult: TypeAlias = Annotated[
    ApproveMakeupSuccess | MakeupRequestSettled | AgainstTheToken | AgainstTheClass | PermissionDenied,
    strawberry.union(
        "ApproveMakeupResult", description="The approved request, or the reason why the makeup was not booked."
    ),
]


async def resolve(
    info: Info, input: Annotated[ApproveMakeupInput, strawberry.argument(description="The request to approve.")]
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
    description="Approve a family's request for a makeup, and book the makeup. The checks of `requestMakeup` are "
    "made again at this time, except those of the token's expiration date and of the settings "
    "makeupLatestBookingMinutes and makeupHorizonDays, because the request was made in time. When a check fails, the "
    "request stays open. When several people approve, deny "
    "or withdraw the same request at once, one of them succeeds and the others get MakeupRequestSettled. Needs "
    "CREATE_MAKEUP_TOKENS and attendance VIEW, in the Office or Staff Portal; without SEE_ALL, the caller must see "
    "both the student and the class. A request that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS]),
)
