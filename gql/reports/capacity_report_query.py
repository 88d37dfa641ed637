"""The query capacityReport, which counts places and who has them (R15.1)."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from db.reports.places import PlacesFilter, PlacesRow, read_places_report
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission
from gql.protocol.guard import weighs
from gql.reports.report_filter import chosen_ids

_CURSORS = Cursors("capacityReport", (str, int, str, UUID))


@strawberry.input(
    description="The date on which places are counted, and the offerings whose places are counted. A list that is "
    "empty, null or left out sets no condition."
)
class CapacityReportFilter:
    on_date: date = strawberry.field(name="date", description="The date, at the location of each class.")
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only these offerings. At most {MOST_IDS} ids."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only offerings that are at these locations on the date. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only offerings that are in these programs on the date. At most {MOST_IDS} ids."
    )


@strawberry.type(description="The places of an offering at one of its timeslots, and who has them on the date.")
class CapacityReportRow:
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    name: str = strawberry.field(description="The name of the offering.")
    location_name: str = strawberry.field(description="The name of its location.")
    timeslot_id: strawberry.ID = strawberry.field(description="The id of the timeslot.")
    weekday: int | None = strawberry.field(
        description="The ISO weekday, from 1 (Monday) to 7 (Sunday). Null when the offering meets every day."
    )
    start_time: str = strawberry.field(
        description="The time at which the timeslot starts, as `HH:MM` in the location's time zone."
    )
    capacity: int | None = strawberry.field(description="The number of places. Null when it is unlimited.")
    active: int = strawberry.field(description="How many students have an ACTIVE enrollment.")
    trial: int = strawberry.field(description="How many students have a TRIAL enrollment.")
    for_one_day: int = strawberry.field(
        description="How many students have a MAKEUP or SINGLE_DAY enrollment for this date."
    )
    taken: int = strawberry.field(
        description="How many students have a place on the date, each counted once. Students who are expected to be "
        "absent are counted too."
    )
    held: int = strawberry.field(
        description="How many places are held for students on the waitlist while their families answer an offer "
        "(`placeOffer`). They are not counted in `taken`."
    )
    free: int | None = strawberry.field(
        description="How many places are neither taken nor held. 0 when more places are taken than exist. Null when "
        "the capacity is unlimited."
    )
    waiting: int = strawberry.field(description="How many students have a WAITLIST enrollment.")


async def resolve(
    info: Info,
    filter: Annotated[CapacityReportFilter, strawberry.argument(description="Which places are counted.")],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[CapacityReportRow]:
    page = read_page(_CURSORS, first=first, after=after)
    chosen = PlacesFilter(
        checked_date(filter.on_date, "filter.date"),
        info.context.clock(),
        chosen_ids(filter.offering_ids, "Offering", "filter.offeringIds"),
        chosen_ids(filter.location_ids, "Location", "filter.locationIds"),
        chosen_ids(filter.program_ids, "Program", "filter.programIds"),
    )
    async with reading(info) as (source, viewer):
        found = await read_places_report(
            source, viewer.caller.organization_id, chosen, after=page.after, limit=page.size + 1
        )
    return first_page(
        found,
        page,
        node=_show,
        cursor=lambda row: _CURSORS.encode(*row.place),
    )


field = strawberry.field(
    resolver=resolve,
    description="Enrollment and capacity of all timeslots whose offerings are in session on a date, whether or not "
    "they meet on its weekday: by name of the offering, weekday and time. Needs SEE_REPORTS, in the Office Portal or "
    "the Staff Portal.",
    metadata={**requires([Permission.SEE_REPORTS]), **weighs(5_000)},
)


def _show(row: PlacesRow) -> CapacityReportRow:
    return CapacityReportRow(
        offering_id=encode_id("Offering", row.offering_id),
        name=row.name,
        location_name=row.location_name,
        timeslot_id=encode_id("Timeslot", row.timeslot_id),
        weekday=row.weekday,
        start_time=f"{row.start_time:%H:%M}",
        capacity=row.capacity,
        active=row.active,
        trial=row.trial,
        for_one_day=row.for_one_day,
        taken=row.taken,
        held=row.held,
        free=row.free,
        waiting=row.waiting,
    )
