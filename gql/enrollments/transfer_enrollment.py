"""transferEnrollment: move a student to another place."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.transfer_enrollment import Target, Transferred, transfer_enrollment
from gql.enrollments.enrollment_arguments import checked_dates, checked_timeslot
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_place
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.people.student import Enrollment


@strawberry.input(description="Which enrollment moves, where to, and from when on.")
class TransferEnrollmentInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The enrollment to leave: ACTIVE or TRIAL.")
    offering_id: strawberry.ID = strawberry.field(
        description="Where the student goes; the same offering for another timeslot."
    )
    timeslot_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The one timeslot of that offering that the new place is for. Left out or null: all of them.",
    )
    starts_on: date = strawberry.field(
        description="The first date of the new place, after the first one of the old. The old place ends the day "
        "before."
    )
    drop_on: date | None = strawberry.field(
        default=strawberry.UNSET,
        description="The last date of the new place, not before `startsOn`. Left out or null: open.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The student moves.")
class TransferEnrollmentSuccess:
    enrollment: Enrollment = strawberry.field(description="The new enrollment, of the same type as the old one.")
    source: Enrollment = strawberry.field(description="The old one; it ends the day before, by a transfer.")


TransferEnrollmentResult: TypeAlias = Annotated[
    TransferEnrollmentSuccess
    | OfferingFull
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentEnded
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("TransferEnrollmentResult", description="Both enrollments, or why nothing moved."),
]


async def resolve(
    info: Info, input: Annotated[TransferEnrollmentInput, strawberry.argument(description="The transfer.")]
) -> TransferEnrollmentResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    starts_on, drop_on = checked_dates(input.starts_on, input.drop_on)
    target = Target(
        offering_id=decode_id(input.offering_id, "Offering", "input.offeringId"),
        starts_on=starts_on,
        drop_on=drop_on,
        timeslot_id=checked_timeslot(input.timeslot_id),
    )
    async with act_once(
        info,
        input,
        Transferred,
        lambda uow, viewer, now: transfer_enrollment(uow, viewer, enrollment_id, target, now=now),
    ) as done:
        return TransferEnrollmentSuccess(
            enrollment=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.enrollment_id),
            source=await find_place(done.uow.connection, done.uow.organization_id, done.outcome.source_id),
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Move a student to a place in another offering, or at another timeslot, in one act. An enrollment can "
    "be transferred once. The row carries the TRANSFER indicator in the old class, and on its first day in the new "
    "one. Open roll sheets of both hear of it at once. Office and Staff Portal, MANAGE_ENROLLMENTS together with "
    "attendance VIEW; without SEE_ALL between offerings that the caller teaches. An enrollment, offering or timeslot "
    "that is not to be seen is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
