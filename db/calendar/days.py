"""Statements about which days of each location have been settled (R4.13). A location's row holds its last settled
date.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.vocabulary import AttendanceState
from db import models
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import list_occurrences, read_tallies
from db.unit_of_work import UnitOfWork

_PAGE = 200
_DAY = timedelta(days=1)
_BEHIND = text("""
SELECT organization_id, location_id, time_zone, settled_through_on FROM locations_behind(:now)
""")
_MARKED_BY_THE_SYSTEM = text("""
SELECT EXISTS (
    SELECT FROM change c
    WHERE c.organization_id = :organization_id AND c.timeslot_id = :timeslot_id AND c.held_on = :held_on
      AND c.kind = 'MARKS' AND c.source = 'SYSTEM'
)
""")


@dataclass(frozen=True, slots=True)
class LocationBehind:
    """A location of any tenant that may have days to settle. `settled_through_on` is None when no day was ever
    settled.
    """

    organization_id: UUID
    location_id: UUID
    zone: ZoneInfo
    settled_through_on: date | None


async def locations_behind(connection: AsyncConnection, now: datetime) -> list[LocationBehind]:
    """Return locations of all tenants, the longest unsettled first. Some may have no ended day yet."""
    rows = await connection.execute(_BEHIND, {"now": now})
    return [
        LocationBehind(row.organization_id, row.location_id, ZoneInfo(row.time_zone), row.settled_through_on)
        for row in rows
    ]


async def unattended_occurrences(
    connection: AsyncConnection, organization_id: UUID, location_id: UUID, on_date: date
) -> list[OccurrenceKey]:
    """Return the occurrences that end on the day, are held, have students on their roster, and have no mark.

    An occurrence lasts a day at most, so it begins on that day or on the day before.
    """
    chosen = ListingFilter(
        within=DateSpan(on_date - _DAY, on_date),
        location_ids=[location_id],
        attendance_states=[AttendanceState.NOT_TAKEN],
        include_not_scheduled=False,
    )
    found: list[OccurrenceKey] = []
    window = Window(_PAGE)
    while True:
        listing = await list_occurrences(connection, organization_id, chosen, window)
        keys = [head.key for head in listing.heads if head.is_held and _ended_on(head) == on_date]
        tallies = await read_tallies(connection, organization_id, keys)
        found += [key for key in keys if tallies[key].unmarked]
        if not listing.has_more:
            return found
        window = Window(_PAGE, after=listing.positions[-1])


def _ended_on(head: OccurrenceHead) -> date:
    return local_date(head.ends_at, head.zone)


async def was_marked_by_the_system(uow: UnitOfWork, key: OccurrenceKey) -> bool:
    """Return whether the end of the day has marked this occurrence before.

    The source of these changes is SYSTEM. Defaults of a first check-in are part of a change by the person who checks
    in.
    """
    given = {"organization_id": uow.organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
    return bool(await uow.connection.scalar(_MARKED_BY_THE_SYSTEM, given))


async def settle_days(uow: UnitOfWork, location_id: UUID, through_on: date) -> None:
    """Record that all days of the location up to this one are settled. A later date that is already recorded stays."""
    location = models.Location
    await uow.connection.execute(
        update(location)
        .where(
            location.organization_id == uow.organization_id,
            location.id == location_id,
            or_(location.settled_through_on.is_(None), location.settled_through_on < through_on),
        )
        .values(settled_through_on=through_on)
    )
