"""The refusals of waiting for a place and of offering one."""

from datetime import datetime

import strawberry

from attendance.rules.enrollments import waiting_refusals as rules
from gql.enrollments.vocabulary import PlaceOfferState
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.OfferOutOfOrder,
    description="Another student joined the waitlist earlier and can be given the place. Offer it to that student "
    "first, or end that wait. Nothing was changed.",
)
class OfferOutOfOrder(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the enrollment that is first in line.")


@refusal(
    rules.PlacesForWaitlist,
    description="Students on the waitlist come first, and they can be given the places that are free. Offer the places "
    "to them, or end their wait. Nothing was changed.",
)
class PlacesForWaitlist(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the enrollment that is first in line.")


@refusal(
    rules.PlaceAlreadyOffered,
    description="A place is already offered to the student and is held. Nothing was changed.",
)
class PlaceAlreadyOffered(UserError):
    holds_until: datetime = strawberry.field(description="Until when the place is held.")


@refusal(
    rules.PlaceNotOffered,
    description="The student has no open offer: no place was offered, or the offer was accepted, declined or "
    "withdrawn. Nothing was changed.",
)
class PlaceNotOffered(UserError):
    state: PlaceOfferState | None = strawberry.field(
        description="The state of the latest offer. Null when no place was offered yet."
    )


@refusal(
    rules.PlaceOfferOver,
    description="The time for which the place is held has passed. Nothing was changed.",
)
class PlaceOfferOver(UserError):
    holds_until: datetime = strawberry.field(description="Until when the place was held.")
