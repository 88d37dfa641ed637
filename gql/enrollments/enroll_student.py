"""enrollStudent: give a student a place."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.enroll_student import Enrolled, NewPlace, enroll_student
from gql.enrollments.enrollment_arguments import checked_dates, checked_timeslot
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_place
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.student import Enrollment
from gql.protocol.errors import BadInput


@strawberry.input(description="The place to give.")
class EnrollStudentInput:
    student_id: strawberry.ID = strawberry.field(description="Who is enrolled.")
    offering_id: strawberry.ID = strawberry.field(description="Where.")
    timeslot_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The one timeslot of the offering that the place is for. Left out or null: all of them.",
    )
    type: EnrollmentType = strawberry.field(
        description="ACTIVE, TRIAL, SINGLE_DAY or WAITLIST. MAKEUP is refused: makeups come by redeeming makeup tokens."
    )
    starts_on: date = strawberry.field(
        description="The first date of the place, today's, a later or an earlier one; of a SINGLE_DAY its only date."
    )
    drop_on: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="The last date of the place, not before `startsOn`. Left out or null: open; a SINGLE_DAY is for "
        "one date and needs none.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The student has the place.")
class EnrollStudentSuccess:
    enrollment: Enrollment = strawberry.field(description="The new enrollment.")


EnrollStudentResult: TypeAlias = Annotated[
    EnrollStudentSuccess
    | OfferingFull
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("EnrollStudentResult", description="The new enrollment, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[EnrollStudentInput, strawberry.argument(description="The place.")]
) -> EnrollStudentResult | None:
    new = _new_place(input)
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: enroll_student(uow, viewer, new, now=now)
    ) as done:
        return EnrollStudentSuccess(
            enrollment=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.enrollment_id)
        )


def _new_place(given: EnrollStudentInput) -> NewPlace:
    starts_on, drop_on = checked_dates(given.starts_on, given.drop_on)
    if given.type is EnrollmentType.SINGLE_DAY:
        if drop_on not in (None, starts_on):
            raise BadInput("input.dropOn is not input.startsOn; a SINGLE_DAY enrollment is for one date.")
        drop_on = starts_on
    return NewPlace(
        student_id=decode_id(given.student_id, "Student", "input.studentId"),
        offering_id=decode_id(given.offering_id, "Offering", "input.offeringId"),
        type=given.type,
        starts_on=starts_on,
        drop_on=drop_on,
        timeslot_id=checked_timeslot(given.timeslot_id),
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Give a student a place in an offering, if there is one on each date from today on that it covers. "
    "The student appears on open roll sheets at once, and as absent by default on those that have begun checking in. "
    "Office and Staff Portal, MANAGE_ENROLLMENTS together with attendance VIEW; without SEE_ALL only in what the "
    "caller teaches, and only students enrolled there. A student, offering or timeslot that is not to be seen is "
    "NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
