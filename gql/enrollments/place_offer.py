"""The type of an offer of a place, and what an enrollment shows of its offers."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import may_see_attendance
from db.enrollments.place_offers import OfferRecord, read_offers_of
from gql.enrollments.vocabulary import PlaceOfferState
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal
from gql.people.people import StaffMember, show_staff_member


@strawberry.type(
    description="The offer of a place to a student on the waitlist. The place is held while the offer is OPEN."
)
class PlaceOffer:
    starts_on: date = strawberry.field(description="The first date of the place.")
    holds_until: datetime = strawberry.field(description="When the offer ends if nobody answers it.")
    state: PlaceOfferState = strawberry.field(
        description="The state of the offer. An OPEN offer becomes OVER as soon as `holdsUntil` has passed."
    )
    offered_at: datetime = strawberry.field(description="When the place was offered.")
    offered_by: StaffMember | None = strawberry.field(
        description="Who offered the place. Null when the setting `placeOfferHours` made the offer, and when the "
        "viewer is a guardian."
    )
    settled_at: datetime | None = strawberry.field(
        description="When the offer was accepted, declined or withdrawn, or when Rollbook recorded that nobody "
        "answered in time. Null until then."
    )
    settled_by: StaffMember | None = strawberry.field(
        description="The staff member who accepted, declined or withdrew the offer. Null when the family answered, "
        "when nobody did, and when the viewer is a guardian."
    )


async def load_offers(info: Info, enrollment_id: UUID) -> list[PlaceOffer]:
    """Return the offers to an enrollment, newest first."""
    now = info.context.clock()
    return [_show(record, now) for record in await load(info, enrollment_id, _read_offers)]


async def _read_offers(source: Reading, ids: list[UUID]) -> list[list[OfferRecord]]:
    caller = source.viewer.caller
    sees_staff = caller.portal is not Portal.CUSTOMER and may_see_attendance(caller)
    found = await read_offers_of(source.connection, caller.organization_id, set(ids), with_staff=sees_staff)
    return [found.get(each, []) for each in ids]


def _show(record: OfferRecord, now: datetime) -> PlaceOffer:
    is_over = record.state is PlaceOfferState.OPEN and record.holds_until <= now
    return PlaceOffer(
        starts_on=record.starts_on,
        holds_until=record.holds_until,
        state=PlaceOfferState.OVER if is_over else record.state,
        offered_at=record.offered_at,
        offered_by=None if record.offered_by is None else show_staff_member(record.offered_by),
        settled_at=record.settled_at,
        settled_by=None if record.settled_by is None else show_staff_member(record.settled_by),
    )
