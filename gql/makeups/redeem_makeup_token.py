"""The mutation redeemMakeupToken, which books a makeup with a makeup token (R8.6 to R8.8)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.redeem_makeup_token import TokenRedeemed, redeem_makeup_token
from attendance.rules.refusals import NothingFound
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.places import find_place
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, Portal
from gql.makeups.makeup_arguments import (
    CHECKS,
    MUST_BE_GOOD,
    OCCURRENCE_DESCRIPTION,
    AgainstTheClass,
    AgainstTheToken,
)
from gql.makeups.makeup_refusals import MakeupApprovalRequired
from gql.tokens.makeup_token import MakeupToken, find_tokens


@strawberry.input(description="The makeup token, and the class for which to use it.")
class RedeemMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token, whose state must be AVAILABLE.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup was booked.")
class RedeemMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(
        description="The makeup token after the booking. It is PENDING until the date of the makeup is over."
    )
    makeup: Enrollment = strawberry.field(
        description="The makeup: an enrollment of type MAKEUP for this class on this date."
    )


RedeemMakeupTokenResult: TypeAlias = Annotated[
    RedeemMakeupTokenSuccess | MakeupApprovalRequired | AgainstTheToken | AgainstTheClass | PermissionDenied,
    strawberry.union("RedeemMakeupTokenResult", description="The makeup, or the reason why it was not booked."),
]


async def resolve(
    info: Info,
    input: Annotated[RedeemMakeupTokenInput, strawberry.argument(description="The makeup token and the class.")],
) -> RedeemMakeupTokenResult | None:
    token_id = decode_id(input.token_id, "MakeupToken", "input.tokenId")
    occurrence = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    async with act_once(
        info,
        input,
        TokenRedeemed,
        lambda uow, viewer, now: redeem_makeup_token(uow, viewer, token_id, occurrence, now=now),
    ) as done:
        tokens = await find_tokens(done.reading, [done.outcome.token_id], done.now)
        if done.outcome.token_id not in tokens:
            # This happens on a retry when the caller may no longer see the token.
            raise NothingFound("There is no such makeup token.")
        return RedeemMakeupTokenSuccess(
            makeup_token=tokens[done.outcome.token_id],
            makeup=await find_place(done.reading, done.outcome.enrollment_id),
        )


field = strawberry.mutation(
    resolver=resolve,
    description=f"Book a makeup with a makeup token. {MUST_BE_GOOD}{CHECKS} The student appears on open roll sheets "
    "at once. When two people want the last place, or use the same token, only one of them succeeds. To undo it, call "
    "`resetMakeupToken`. In the Customer Portal, guardians can redeem tokens of their own students while the setting "
    "autoApproveMakeups is on; while it is off, they use `requestMakeup`. In the Office and Staff Portal, it needs "
    "CREATE_MAKEUP_TOKENS and attendance VIEW; without SEE_ALL, the caller must see both the student and the class. A "
    "token or class that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS], by_name=[Portal.CUSTOMER]),
)
