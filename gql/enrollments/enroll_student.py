"""The mutation `enrollStudent` gives a student a place in an offering."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.enroll_student import Enrolled, NewPlace, enroll_student
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.enrollment_arguments import checked_dates, checked_timeslot
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_place
from gql.enrollments.vocabulary import EnrollmentType
from gql.enrollments.waiting_refusals import PlacesForWaitlist
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput


@strawberry.input(description="The enrollment to make.")
class EnrollStudentInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    timeslot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the offering's timeslot to which the enrollment is limited. When left out or null, it "
        "covers all timeslots.",
    )
    type: EnrollmentType = strawberry.field(
        description="The type of the enrollment: ACTIVE, TRIAL, SINGLE_DAY or WAITLIST. MAKEUP is refused, because "
        "makeups are booked by redeeming makeup tokens."
    )
    starts_on: date = strawberry.field(
        description="The first date of the enrollment. It can be in the past, today or in the future. For SINGLE_DAY, "
        "it is the only date."
    )
    drop_on: date | None = strawberry.field(
        default=None,
        description="The last date of the enrollment, not before `startsOn`. When left out or null, the enrollment "
        "has no end; a SINGLE_DAY ends on `startsOn`.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is enrolled.")
class EnrollStudentSuccess:
    enrollment: Enrollment = strawberry.field(description="The new enrollment.")


EnrollStudentResult: TypeAlias = Annotated[
    EnrollStudentSuccess
    | OfferingFull
    | PlacesForWaitlist
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("EnrollStudentResult", description="The new enrollment, or the reason why none was made."),
]


async def resolve(
    info: Info,
    input: Annotated[EnrollStudentInput, strawberry.argument(description="The student, the offering and the dates.")],
) -> EnrollStudentResult | None:
    new = _new_place(input)
    async with act_once(
        info, input, Enrolled, lambda uow, viewer, now: enroll_student(uow, viewer, new, now=now)
    ) as done:
        return EnrollStudentSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


def _new_place(given: EnrollStudentInput) -> NewPlace:
    starts_on, drop_on = checked_dates(given.starts_on, given.drop_on)
    if given.type is EnrollmentType.SINGLE_DAY:
        if drop_on not in (None, starts_on):
            raise BadInput("input.dropOn differs from input.startsOn, but a SINGLE_DAY enrollment is for one date.")
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
    description="Enrolls a student in an offering. There must be an open place on each date from today on that the "
    "enrollment covers. An ACTIVE enrollment ends the student's WAITLIST enrollment in the offering. Subscribers to "
    "roll sheets see the student at once. Where check-in has begun, the student starts with a defaulted absence. Needs "
    "MANAGE_ENROLLMENTS together with attendance VIEW, in the Office Portal or the Staff Portal. Without SEE_ALL, it "
    "is limited to offerings that the caller teaches or substitutes, and to students who are already enrolled in such "
    "an offering. A student, offering or timeslot that does not exist or that the caller may not see is answered with "
    "NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
