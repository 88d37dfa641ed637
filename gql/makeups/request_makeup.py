"""requestMakeup: a guardian asks for a makeup where staff decide (R8.7)."""

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


@strawberry.input(description="A makeup token, and the class that the family would like to use it for.")
class RequestMakeupInput:
    token_id: strawberry.ID = strawberry.field(description="A makeup token that is AVAILABLE.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    comment: str | None = strawberry.field(default=None, description=f"A remark for the staff. {COMMENT_DESCRIPTION}")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="Staff will decide; until then the makeup token is REQUESTED.")
class RequestMakeupSuccess(MakeupRequestChanged):
    pass


RequestMakeupResult: TypeAlias = Annotated[
    RequestMakeupSuccess | MakeupApprovalNotRequired | AgainstTheToken | AgainstTheClass,
    strawberry.union("RequestMakeupResult", description="The request, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[RequestMakeupInput, strawberry.argument(description="The token and the class.")]
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
    description="Ask for a makeup, where the setting autoApproveMakeups is off: else send `redeemMakeupToken`. "
    f"{MUST_BE_GOOD}{CHECKS} No place is held for it: staff approve it, which checks all of this again, or deny it. A "
    "token has one open request at a time. Customer Portal, for one's own students. A token of another family is "
    "NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
