"""The mutation withdrawMakeupRequest, with which a family withdraws its request for a makeup (R8.7)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.decline_makeup import withdraw_makeup_request
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.makeups.makeup_refusals import MakeupRequestSettled
from gql.makeups.makeup_request_changed import MakeupRequestChanged, change_makeup_request


@strawberry.input(description="The request to withdraw.")
class WithdrawMakeupRequestInput:
    makeup_request_id: strawberry.ID = strawberry.field(
        description="The id of the request, whose state must be REQUESTED."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The request was withdrawn. Its makeup token can be used again.")
class WithdrawMakeupRequestSuccess(MakeupRequestChanged):
    pass


WithdrawMakeupRequestResult: TypeAlias = Annotated[
    WithdrawMakeupRequestSuccess | MakeupRequestSettled,
    strawberry.union(
        "WithdrawMakeupRequestResult", description="The withdrawn request, or the reason why it was not withdrawn."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[WithdrawMakeupRequestInput, strawberry.argument(description="The request to withdraw.")],
) -> WithdrawMakeupRequestResult | None:
    request_id = decode_id(input.makeup_request_id, "MakeupRequest", "input.makeupRequestId")
    changed = await change_makeup_request(
        info,
        input,
        lambda uow, viewer, now: withdraw_makeup_request(uow, viewer, request_id, now=now),
    )
    return WithdrawMakeupRequestSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Withdraw a request for a makeup that staff have not decided. Any guardian of the family may withdraw "
    "it, whoever made it. Its makeup token can be used again. Only for guardians in the Customer Portal; staff use "
    "`denyMakeup`. A request of another family is NOT_FOUND.",
    metadata=signed_in(Portal.CUSTOMER),
)
