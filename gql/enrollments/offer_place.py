"""The mutation `offerPlace`: staff offer a place to a student who waits, and it is held."""

from datetime import date, datetime, timedelta
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.enrollments.offer_place import PlaceOffered, offer_place
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.enrollment_arguments import checked_date
from gql.enrollments.enrollment_refusals import (
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
    OfferingFull,
)
from gql.enrollments.places import find_place
from gql.enrollments.waiting_refusals import OfferOutOfOrder, PlaceAlreadyOffered, PlaceOfferOver
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.protocol.errors import BadInput

MOST = timedelta(days=366)


@strawberry.input(description="The WAITLIST enrollment to which a place is offered, and until when the place is held.")
class OfferPlaceInput:
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the WAITLIST enrollment.")
    until: datetime = strawberry.field(
        description="Until when the place is held. It must be in the future and at most 366 days ahead."
    )
    starts_on: date | None = strawberry.field(
        default=None,
        description="The first date of the place, not before the first date of the enrollment. When left out or null, "
        "the place begins on the first date from which a place is free until the enrollment ends.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="A place is offered and held.")
class OfferPlaceSuccess:
    enrollment: Enrollment = strawberry.field(description="The enrollment, which waits until the offer is answered.")


OfferPlaceResult: TypeAlias = Annotated[
    OfferPlaceSuccess
    | OfferOutOfOrder
    | PlaceAlreadyOffered
    | PlaceOfferOver
    | OfferingFull
    | OfferingDoesNotMeet
    | EnrollmentEnded
    | EnrollmentTypeNotAllowed
    | PermissionDenied,
    strawberry.union("OfferPlaceResult", description="The enrollment, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[OfferPlaceInput, strawberry.argument(description="The enrollment.")]
) -> OfferPlaceResult | None:
    enrollment_id = decode_id(input.enrollment_id, "Enrollment", "input.enrollmentId")
    starts_on = None if input.starts_on is None else checked_date(input.starts_on, "input.startsOn")
    until = input.until
    if until > info.context.clock() + MOST:
        raise BadInput(f"input.until is more than {MOST.days} days ahead.")
    async with act_once(
        info,
        input,
        PlaceOffered,
        lambda uow, viewer, now: offer_place(uow, viewer, enrollment_id, until=until, starts_on=starts_on, now=now),
    ) as done:
        return OfferPlaceSuccess(enrollment=await find_place(done.reading, done.outcome.enrollment_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Offers a place to a student on the waitlist, and holds it. The place counts as taken until the offer "
    "is accepted, declined, withdrawn or over. The family is told by e-mail. Places are offered in the order in which "
    "students joined the waitlist: when a student ahead can be given the place, the offer is refused. Needs "
    "MANAGE_ENROLLMENTS together with attendance VIEW, in the Office Portal or the Staff Portal; without SEE_ALL, "
    "only in offerings that the caller teaches or substitutes. An enrollment that does not exist or that the caller "
    "may not see is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_ENROLLMENTS]),
)
