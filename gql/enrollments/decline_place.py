"""The mutation `declinePlace`: a student who waits gives up the place that is offered."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.answer_offer import decline_place
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
from gql.fields.vocabulary import Permission, Portal


@strawberry.input(description="The enrollment to which a place is offered.")
class DeclinePlaceInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the WAITLIST enrollment.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The place was declined.")
class DeclinePlaceSuccess:
    enrollment: Enrollment = strawberry.field(description="The WAITLIST enrollment, which has ended.")


DeclinePlaceResult: TypeAlias = Annotated[
    DeclinePlaceSuccess | PlaceNotOffered | PlaceOfferOver | PermissionDenied,
    strawberry.union("DeclinePlaceResult", description="The enrollment, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[DeclinePlaceInput, strawberry.argument(description="The enrollment.")]
) -> DeclinePlaceResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: decline_place(uow, viewer, enrollment_id, now=now)
    ) as done:
        return DeclinePlaceSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Declines the place that is offered to a student on the waitlist. The student leaves the waitlist, "
    "and the place is free for the next student. A student who joins again is the last in line. Guardians decline for "
    "their own students in the Customer Portal. In the Office and Staff Portal it needs MANAGE_ENROLLMENTS and "
    "attendance VIEW; without SEE_ALL, only in offerings that the caller teaches or substitutes. An enrollment that "
    "the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS], by_name=[Portal.CUSTOMER]),
)
