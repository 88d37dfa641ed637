"""The mutation `withdrawPlace`: staff take back the offer of a place."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.answer_offer import withdraw_place
from attendance.actions.enrollments.enroll_student import Enrolled
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.places import find_place
from gql.enrollments.waiting_refusals import PlaceNotOffered, PlaceOfferOver
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission


@strawberry.input(description="The enrollment to which a place is offered.")
class WithdrawPlaceInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the WAITLIST enrollment.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The offer was taken back.")
class WithdrawPlaceSuccess:
    enrollment: Enrollment = strawberry.field(description="The WAITLIST enrollment, which stays.")


WithdrawPlaceResult: TypeAlias = Annotated[
    WithdrawPlaceSuccess | PlaceNotOffered | PlaceOfferOver | PermissionDenied,
    strawberry.union("WithdrawPlaceResult", description="The enrollment, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[WithdrawPlaceInput, strawberry.argument(description="The enrollment.")]
) -> WithdrawPlaceResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: withdraw_place(uow, viewer, enrollment_id, now=now)
    ) as done:
        return WithdrawPlaceSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Takes back the offer of a place. The student keeps the position on the waitlist, but gets another "
    "offer only by `offerPlace`; until then, places are offered to the students behind. A family that was told of the "
    "offer is told by e-mail that it was withdrawn. Needs MANAGE_ENROLLMENTS together with attendance VIEW, in the "
    "Office Portal or the Staff Portal; without SEE_ALL, only in offerings that the caller teaches or substitutes. An "
    "enrollment that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
