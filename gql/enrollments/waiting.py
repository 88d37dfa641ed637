"""The fields of an enrollment about its wait for a place."""

from datetime import datetime
from uuid import UUID

import strawberry

from db.enrollments.waiting_lines import read_positions
from gql.enrollments.enrollment import Enrollment
from gql.enrollments.place_offer import PlaceOffer, load_offers
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal

_SIGNED_IN = signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER)


async def resolve_position(self: Enrollment, info: Info) -> int | None:
    if self.facts.type is not EnrollmentType.WAITLIST:
        return None
    return await load(info, (self.facts.id, info.context.clock()), _read_positions)


async def resolve_offer(self: Enrollment, info: Info) -> PlaceOffer | None:
    return next(iter(await resolve_offers(self, info)), None)


async def resolve_offers(self: Enrollment, info: Info) -> list[PlaceOffer]:
    return await load_offers(info, self.facts.id) if self.facts.type is EnrollmentType.WAITLIST else []


position = strawberry.field(
    resolver=resolve_position,
    description="The position of a WAITLIST enrollment among those who wait for a place in the offering, in the order "
    "in which they joined: 1 is the next. Null for other types, and after the last date of the enrollment.",
    metadata=_SIGNED_IN,
)
offer = strawberry.field(
    resolver=resolve_offer,
    description="The latest offer of a place for a WAITLIST enrollment. Null when no place was offered yet, and for "
    "enrollments of other types.",
    metadata=_SIGNED_IN,
)
offers = strawberry.field(
    resolver=resolve_offers,
    description="All offers of places for a WAITLIST enrollment, newest first. Empty for enrollments of other types.",
    metadata=_SIGNED_IN,
)


async def _read_positions(source: Reading, asked: list[tuple[UUID, datetime]]) -> list[int | None]:
    ids, now = {id_ for id_, _ in asked}, max(now for _, now in asked)
    found = await read_positions(source.connection, source.viewer.caller.organization_id, ids, now=now)
    return [found.get(id_) for id_, _ in asked]
