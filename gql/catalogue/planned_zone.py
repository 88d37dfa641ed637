"""The field `Location.plannedTimeZone`."""

from datetime import date
from uuid import UUID

import strawberry

from attendance.rules.catalogue.zone_plans import ZonePlan
from db.catalogue.zone_plans import read_zone_plans
from gql.calendar.offering import Location
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import decode_id
from gql.fields.loaders import load
from gql.fields.vocabulary import Portal


@strawberry.type(description="A time zone that a location is to have from a date on.")
class PlannedTimeZone:
    time_zone: str = strawberry.field(description="The IANA name of the time zone.")
    from_on: date = strawberry.field(
        name="from",
        description="The first date in this time zone. Occurrences from this date on are held in it. The location's "
        "own clock follows when the date has begun in both time zones.",
    )


async def resolve(self: Location, info: Info) -> PlannedTimeZone | None:
    return await load(info, decode_id(self.id, "Location", "id"), _read)


async def _read(source: Reading, keys: list[UUID]) -> list[PlannedTimeZone | None]:
    found = await read_zone_plans(source.connection, source.viewer.caller.organization_id, keys)
    return [_show(found.get(key)) for key in keys]


def _show(plan: ZonePlan | None) -> PlannedTimeZone | None:
    if plan is None or plan.next_zone is None or plan.next_zone_on is None:
        return None
    return PlannedTimeZone(time_zone=plan.next_zone, from_on=plan.next_zone_on)


planned_time_zone = strawberry.field(
    resolver=resolve,
    description="The time zone that is planned for the location, with its first date. Null when none is planned. For "
    "staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
