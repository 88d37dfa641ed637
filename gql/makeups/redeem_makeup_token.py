"""redeemMakeupToken: book a makeup with a makeup token (R8.6 to R8.8)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.redeem_makeup_token import TokenRedeemed, redeem_makeup_token
from attendance.rules.refusals import NothingFound
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
from gql.people.student import Enrollment
from gql.tokens.makeup_token import MakeupToken, find_tokens


@strawberry.input(description="A makeup token, and the class to use it for.")
class RedeemMakeupTokenInput:
    token_id: strawberry.ID = strawberry.field(description="A makeup token that is AVAILABLE.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup is booked.")
class RedeemMakeupTokenSuccess:
    makeup_token: MakeupToken = strawberry.field(
        description="As it is now: PENDING until the day of the makeup is over."
    )
    makeup: Enrollment = strawberry.field(description="The place: a MAKEUP enrollment for this class and day.")


RedeemMakeupTokenResult: TypeAlias = Annotated[
    RedeemMakeupTokenSuccess | MakeupApprovalRequired | AgainstTheToken | AgainstTheClass | PermissionDenied,
    strawberry.union("RedeemMakeupTokenResult", description="The makeup, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[RedeemMakeupTokenInput, strawberry.argument(description="The token and the class.")]
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
            # Sent again after the token was taken out of sight.
            raise NothingFound("There is no such makeup token.")
        return RedeemMakeupTokenSuccess(
            makeup_token=tokens[done.outcome.token_id],
            makeup=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.enrollment_id),
        )


field = strawberry.mutation(
    resolver=resolve,
    description=f"Book a makeup with a makeup token. {MUST_BE_GOOD}{CHECKS} The student appears on open roll sheets at "
    "once. Of two who want the last place, or the same token, one gets it. Undone by `resetMakeupToken`. Customer "
    "Portal, for one's own students, where the setting autoApproveMakeups is on: else send `requestMakeup`. Office and "
    "Staff Portal: CREATE_MAKEUP_TOKENS together with attendance VIEW; without SEE_ALL only for students and classes "
    "that the caller sees. A token or class that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.CREATE_MAKEUP_TOKENS], by_name=[Portal.CUSTOMER]),
)
