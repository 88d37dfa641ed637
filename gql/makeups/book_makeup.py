"""bookMakeup: a makeup without a makeup token (R8.10)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.makeups.book_makeup import MakeupBooked, book_makeup
from gql.enrollments.places import find_place
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.makeups.makeup_arguments import CHECKS, OCCURRENCE_DESCRIPTION, AgainstTheClass
from gql.people.student import Enrollment


@strawberry.input(description="A student, and the class to make up in.")
class BookMakeupInput:
    student_id: strawberry.ID = strawberry.field(description="Who makes up.")
    occurrence_id: strawberry.ID = strawberry.field(description=OCCURRENCE_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The makeup is booked, and no makeup token was used.")
class BookMakeupSuccess:
    makeup: Enrollment = strawberry.field(description="The place: a MAKEUP enrollment for this class and day.")


BookMakeupResult: TypeAlias = Annotated[
    BookMakeupSuccess | AgainstTheClass | PermissionDenied,
    strawberry.union("BookMakeupResult", description="The makeup, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[BookMakeupInput, strawberry.argument(description="The student and the class.")]
) -> BookMakeupResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    occurrence = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    async with act_once(
        info, input, MakeupBooked, lambda uow, viewer, now: book_makeup(uow, viewer, student_id, occurrence, now=now)
    ) as done:
        return BookMakeupSuccess(
            makeup=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.enrollment_id)
        )


field = strawberry.mutation(
    resolver=resolve,
    description=f"Book a makeup for a student without a makeup token. {CHECKS} The student appears on open roll sheets "
    "at once. Undone by `dropEnrollment` with a date before the makeup. Office and Staff Portal, "
    "MAKEUPS_WITHOUT_TOKENS together with attendance VIEW; without SEE_ALL only for students and classes that the "
    "caller sees. A student or class that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.MAKEUPS_WITHOUT_TOKENS]),
)
