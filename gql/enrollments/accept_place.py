"""The mutation `acceptPlace`: a student who waits gets the place that is offered."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.answer_offer import accept_place
from attendance.actions.enrollments.enroll_student import Enrolled
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
)
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
class AcceptPlaceInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the WAITLIST enrollment.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student has the place.")
class AcceptPlaceSuccess:
    enrollment: Enrollment = strawberry.field(
        description="The new ACTIVE enrollment. The WAITLIST enrollment has ended."
    )


AcceptPlaceResult: TypeAlias = Annotated[
    AcceptPlaceSuccess
    | PlaceNotOffered
    | PlaceOfferOver
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentEnded
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("AcceptPlaceResult", description="The enrollment, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[AcceptPlaceInput, strawberry.argument(description="The enrollment.")]
) -> AcceptPlaceResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: accept_place(uow, viewer, enrollment_id, now=now)
    ) as done:
        return AcceptPlaceSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Accepts the place that is offered to a student on the waitlist. The student gets an ACTIVE "
    "enrollment from the offered date on, or from today on when that date has passed, and appears on open roll sheets "
    "at once. The WAITLIST enrollment ends. After `holdsUntil` the answer is PlaceOfferOver. Guardians accept for "
    "their own students in the Customer Portal. In the Office and Staff Portal it needs MANAGE_ENROLLMENTS and "
    "attendance VIEW; without SEE_ALL, only in offerings that the caller teaches or substitutes. An enrollment that "
    "the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS], by_name=[Portal.CUSTOMER]),
)
