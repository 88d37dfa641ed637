"""The refusals of waiting for a place and of offering one."""

from datetime import datetime

import strawberry

from attendance.rules.enrollments import waiting_refusals as rules
from gql.enrollments.vocabulary import PlaceOfferState
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.OfferOutOfOrder,
    description="Somebody who joined the waitlist earlier can be given the place, and nobody is overtaken. Offer it to "
    "them, or end their wait. Nothing was changed.",
)
class OfferOutOfOrder(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the enrollment that is first in line.")


@refusal(
    rules.PlacesForWaitlist,
    description="The places that are free are those of students on the waitlist, and nobody is overtaken. Offer them "
    "the places, or end their wait. Nothing was changed.",
)
class PlacesForWaitlist(UserError):
    enrollment_id: strawberry.ID = strawberry.field(description="The id of the enrollment that is first in line.")


@refusal(
    rules.PlaceAlreadyOffered,
    description="A place is already offered to the student, and held. Nothing was changed.",
)
class PlaceAlreadyOffered(UserError):
    holds_until: datetime = strawberry.field(description="Until when the place is held.")


@refusal(
    rules.PlaceNotOffered,
    description="No place is offered to the student: none was, or the offer was accepted, declined or withdrawn. "
    "Nothing was changed.",
)
class PlaceNotOffered(UserError):
    state: PlaceOfferState | None = strawberry.field(
        description="What has become of the last offer. Null when there was none."
    )


@refusal(
    rules.PlaceOfferOver,
    description="The time for which the place is held has passed. Nothing was changed.",
)
class PlaceOfferOver(UserError):
    holds_until: datetime = strawberry.field(description="Until when the place was held.")
