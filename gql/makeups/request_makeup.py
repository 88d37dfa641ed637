"""The mutation requestMakeup, with which a guardian asks for a makeup where staff decide about makeups (R8.7)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.request_makeup import request_makeup
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.makeups.makeup_arguments import (
    CHECKS,
    MUST_BE_GOOD,
    OCCURRENCE_DESCRIPTION,
    AgainstTheClass,
    AgainstTheToken,
)
from gql.makeups.makeup_refusals import MakeupApprovalNotRequired
from gql.makeups.makeup_request_changed import (
    COMMENT_DESCRIPTION,
    MakeupRequestChanged,
    change_makeup_request,
    checked_comment,
)


@strawberry.input(description="The makeup token, and the class for which the family would like to use it.")
class RequestMakeupInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token, whose state must be AVAILABLE.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    comment: str | None = strawberry.field(default=None, description=f"A remark for the staff. {COMMENT_DESCRIPTION}")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The request was made. The makeup token is REQUESTED until staff decide.")
class RequestMakeupSuccess(MakeupRequestChanged):
    pass


RequestMakeupResult: TypeAlias = Annotated[
    RequestMakeupSuccess | MakeupApprovalNotRequired | AgainstTheToken | AgainstTheClass,
    strawberry.union("RequestMakeupResult", description="The request, or the reason why it was not made."),
]


async def resolve(
    info: Info, input: Annotated[RequestMakeupInput, strawberry.argument(description="The makeup token and the class.")]
) -> RequestMakeupResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    occurrence = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    comment = checked_comment(input.comment)
    changed = await change_makeup_request(
        info,
        input,
        lambda uow, viewer, now: request_makeup(uow, viewer, token_id, occurrence, comment, now=now),
    )
    return RequestMakeupSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Request a makeup, while the setting autoApproveMakeups is off; while it is on, use "
    f"`redeemMakeupToken`. {MUST_BE_GOOD}{CHECKS} The request does not hold a place. Staff approve it, if "
    "the class can still be attended then, or deny it. A request does not lapse while staff wait, although the "
    "token's expiration date or the latest booking time passes. A token can have one open request at a time. Only for "
    "guardians in the Customer Portal, for their own students. A token of another family is NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
