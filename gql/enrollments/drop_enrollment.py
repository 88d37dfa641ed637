"""dropEnrollment: end a place, or take it back."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.enrollments.enroll_student import Enrolled
from gql.enrollments.enrollment_arguments import checked_date
from gql.enrollments.enrollment_refusals import EnrollmentEnded
from gql.enrollments.places import find_place
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.student import Enrollment
from gql.tokens.token_refusals import MakeupTokenNotChangeable


@strawberry.input(description="Which enrollment ends, and when.")
class DropEnrollmentInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The enrollment to end.")
    drop_on: date = strawberry.field(
        description="Its last date, in the past or ahead; the drop takes effect at the end of this day. A date before "
        "the enrollment's first takes it back whole: it is deleted."
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The enrollment ends on the date, or was deleted.")
class DropEnrollmentSuccess:
    enrollment: Enrollment = strawberry.field(description="As it is now.")


DropEnrollmentResult: TypeAlias = Annotated[
    DropEnrollmentSuccess | EnrollmentEnded | MakeupTokenNotChangeable | PermissionDenied,
    strawberry.union("DropEnrollmentResult", description="The enrollment with its end, or why it has none."),
]


async def resolve(
    info: Info, input: Annotated[DropEnrollmentInput, strawberry.argument(description="The drop.")]
) -> DropEnrollmentResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    drop_on = checked_date(input.drop_on, "input.dropOn")
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: drop_enrollment(uow, viewer, enrollment_id, drop_on, now=now)
    ) as done:
        return DropEnrollmentSuccess(
            enrollment=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.enrollment_id)
        )


field = strawberry.mutation(
    resolver=resolve,
    description="End a student's place. Until the last date the row carries the DROP indicator; after it the student "
    "is on no roll sheet, save where a mark keeps the row, subdued. An end can be set earlier, not later. A makeup is "
    "taken back whole, and its makeup token can be used again; one that has come and gone stays. Open roll sheets hear "
    "of it at once. Office and Staff Portal, MANAGE_ENROLLMENTS together with attendance VIEW; without "
    "SEE_ALL only in what the caller teaches. An enrollment that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
