"""The mutation `endStudent`, with its preview."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.end_family import end_student
from attendance.rules.people.ending import LeavingEffect as Left
from gql.catalogue.catalogue_refusals import PastIsFixed
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import REHEARSED, Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.people.end_family import NEEDS, Act, checked_since, rehearsed
from gql.people.leaving_effect import (
    FROM_DESCRIPTION,
    LeavingEffect,
    LeavingPreview,
    show_leaving,
)
from gql.people.student import Student


@strawberry.input(description="The student who leaves.")
class EndStudentInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    since_on: date | None = strawberry.field(name="from", default=None, description=FROM_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student has ended. This is also the answer when the student had ended before.")
class EndStudentSuccess:
    student: Student = strawberry.field(description="The student, who stays on record.")
    effect: LeavingEffect = strawberry.field(description="What happened to places, makeups and makeup tokens.")


EndStudentResult: TypeAlias = Annotated[
    EndStudentSuccess | PastIsFixed | PermissionDenied,
    strawberry.union("EndStudentResult", description="What was done, or the reason why nothing was changed."),
]


def _act(input: EndStudentInput) -> Act:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    since = checked_since(input.since_on)
    return lambda uow, viewer, now: end_student(uow, viewer, student_id, since, now=now)


async def resolve(
    info: Info, input: Annotated[EndStudentInput, strawberry.argument(description="The student who leaves.")]
) -> EndStudentResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    async with act_once(info, input, Left, _act(input)) as done:
        students = await find_students(done.reading, [student_id])
        return EndStudentSuccess(student=students[student_id], effect=show_leaving(done.outcome))


async def resolve_preview(
    info: Info, input: Annotated[EndStudentInput, strawberry.argument(description="The student who would leave.")]
) -> LeavingPreview:
    return await rehearsed(info, _act(input))


field = strawberry.mutation(
    resolver=resolve,
    description="End one student of a family, as `endFamily` does for all of them. The student's enrollments end on "
    "the day before `from`, makeups that are booked for `from` or later are given back, open requests for makeups on "
    "these dates are withdrawn, and unused makeup tokens expire as they do when a student's last place is dropped. "
    f"Guardians keep their access. {NEEDS}. A student who does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
preview = strawberry.field(
    resolver=resolve_preview,
    description=f"What `endStudent` would change. {REHEARSED} {NEEDS}. A student who does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
