"""The mutation `dropEnrollment` ends an enrollment or deletes it."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.enrollments.enroll_student import Enrolled
from gql.enrollments.enrollment import Enrollment
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
from gql.makeups.give_back_refusals import MakeupAttended
from gql.tokens.token_refusals import MakeupTokenNotChangeable


@strawberry.input(description="The enrollment to end, and its last date.")
class DropEnrollmentInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the enrollment.")
    drop_on: date = strawberry.field(
        description="The last date of the enrollment, past or future; it ends at the end of this day. A date before "
        "the enrollment's first date deletes the enrollment."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The enrollment ends on the date, or was deleted.")
class DropEnrollmentSuccess:
    enrollment: Enrollment = strawberry.field(description="The enrollment after the change.")


DropEnrollmentResult: TypeAlias = Annotated[
    DropEnrollmentSuccess | EnrollmentEnded | MakeupTokenNotChangeable | MakeupAttended | PermissionDenied,
    strawberry.union("DropEnrollmentResult", description="The enrollment, or the reason why it was not ended."),
]


async def resolve(
    info: Info,
    input: Annotated[DropEnrollmentInput, strawberry.argument(description="The enrollment and its last date.")],
) -> DropEnrollmentResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    drop_on = checked_date(input.drop_on, "input.dropOn")
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: drop_enrollment(uow, viewer, enrollment_id, drop_on, now=now)
    ) as done:
        return DropEnrollmentSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Ends a student's enrollment. Until its last date, the student's row shows the indicator DROP. After "
    "it, the student is on no roll sheet, except where a mark keeps a subdued row. An existing end can be moved to an "
    "earlier date, but not to a later one. Dropping a makeup cancels the whole makeup, and its makeup token can be "
    "used again; a makeup whose day has passed, or that the student attended, cannot be dropped. "
    "Subscribers to roll sheets receive the change at "
    "once. Needs MANAGE_ENROLLMENTS together with attendance VIEW, in the Office Portal or the Staff Portal; without "
    "SEE_ALL, only in offerings that the caller teaches or substitutes. An enrollment that does not exist or that the "
    "caller may not see is answered with NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
