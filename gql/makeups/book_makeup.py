"""The mutation bookMakeup, which books a makeup without a makeup token (R8.10)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.book_makeup import MakeupBooked, book_makeup
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.places import find_place
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.makeup_arguments import CHECKS, OCCURRENCE_DESCRIPTION, AgainstTheClass


@strawberry.input(description="The student, and the class in which to make up.")
class BookMakeupInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup was booked without a makeup token.")
class BookMakeupSuccess:
    makeup: Enrollment = strawberry.field(
        description="The makeup: an enrollment of type MAKEUP for this class on this date."
    )


BookMakeupResult: TypeAlias = Annotated[
    BookMakeupSuccess | AgainstTheClass | PermissionDenied,
    strawberry.union("BookMakeupResult", description="The makeup, or the reason why it was not booked."),
]


async def resolve(
    info: Info, input: Annotated[BookMakeupInput, strawberry.argument(description="The student and the class.")]
) -> BookMakeupResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    occurrence = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    async with act_once(
        info, input, MakeupBooked, lambda uow, viewer, now: book_makeup(uow, viewer, student_id, occurrence, now=now)
    ) as done:
        return BookMakeupSuccess(makeup=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description=f"Book a makeup for a student without a makeup token. {CHECKS} The student appears on open roll "
    "sheets at once. To undo it, call `dropEnrollment` with a date before the makeup. Needs MAKEUPS_WITHOUT_TOKENS "
    "and attendance VIEW, in the Office or Staff Portal; without SEE_ALL, the caller must see both the student and "
    "the class. A student or class that the caller may not see is NOT_FOUND.",
    metadata=requires([Permission.MAKEUPS_WITHOUT_TOKENS]),
)
