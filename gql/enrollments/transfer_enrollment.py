"""The mutation `transferEnrollment` moves a student to another place."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.transfer_enrollment import Target, Transferred, transfer_enrollment
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.enrollment_arguments import checked_dates, checked_timeslot
from gql.enrollments.enrollment_refusals import (
    AlreadyEnrolled,
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_place
from gql.enrollments.waiting_refusals import PlacesForWaitlist
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission


@strawberry.input(description="The enrollment to move, its target, and the date of the move.")
class TransferEnrollmentInput:
    enrollment_id: strawberry.ID = strawberry.field(
        description="The id of the enrollment to leave. It must be ACTIVE or TRIAL."
    )
    offering_id: strawberry.ID = strawberry.field(
        description="The id of the target offering. It can be the same offering, to move to another timeslot."
    )
    timeslot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the target offering's timeslot to which the new enrollment is limited. When left out "
        "or null, it covers all timeslots.",
    )
    starts_on: date = strawberry.field(
        description="The first date of the new enrollment, after the first date of the old one. The old enrollment "
        "ends on the day before."
    )
    drop_on: date | None = strawberry.field(
        default=None,
        description="The last date of the new enrollment, not before `startsOn`. When left out or null, it has no end.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is transferred.")
class TransferEnrollmentSuccess:
    enrollment: Enrollment = strawberry.field(description="The new enrollment, of the same type as the old one.")
    source: Enrollment = strawberry.field(
        description="The old enrollment. It ends on the day before the new one begins."
    )


TransferEnrollmentResult: TypeAlias = Annotated[
    TransferEnrollmentSuccess
    | OfferingFull
    | PlacesForWaitlist
    | AlreadyEnrolled
    | OfferingDoesNotMeet
    | EnrollmentEnded
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union(
        "TransferEnrollmentResult", description="Both enrollments, or the reason why the student was not transferred."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[
        TransferEnrollmentInput, strawberry.argument(description="The enrollment, its target and the date.")
    ],
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
            enrollment=await find_place(done.reading, done.outcome.enrollment_id),
            source=await find_place(done.reading, done.outcome.source_id),
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Moves a student to a place in another offering or at another timeslot, in one step. An enrollment "
    "can be transferred only once. The student's row shows the indicator TRANSFER in the old class, and on the first "
    "day in the new one. An ACTIVE place ends the student's WAITLIST enrollment in the new class. Subscribers to roll "
    "sheets of both receive the change at once. Needs MANAGE_ENROLLMENTS together with attendance VIEW, in the Office "
    "Portal or the Staff Portal; without SEE_ALL, only between offerings that the caller teaches or substitutes. An "
    "enrollment, offering or timeslot that does not exist or that the caller may not see is answered with NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
