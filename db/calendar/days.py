"""How far the days of locations have been seen to (R4.13): locations know their last one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Text, Uuid, column, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.vocabulary import AttendanceState, ChangeKind, Source
from db import models
from db.calendar.occurrence_listings import ListingFilter, Window, list_occurrences, read_tallies

_PAGE = 200


@dataclass(frozen=True, slots=True)
class LocationBehind:
    """A location of any tenant of which days may have ended; `settled_through_on` None: none was ever seen to."""

    organization_id: UUID
    location_id: UUID
    zone: ZoneInfo
    settled_through_on: date | None


async def locations_behind(connection: AsyncConnection, now: datetime) -> list[LocationBehind]:
    """Of all tenants, the longest behind first, also some whose day has not ended yet."""
    behind = func.locations_behind(now).table_valued(
        column("organization_id", Uuid),
        column("location_id", Uuid),
        column("time_zone", Text),
        column("settled_through_on", Date),
    )
    rows = await connection.execute(select(behind))
    return [
        LocationBehind(row.organization_id, row.location_id, ZoneInfo(row.time_zone), row.settled_through_on)
        for row in rows
    ]


async def unattended_occurrences(
    connection: AsyncConnection, organization_id: UUID, location_id: UUID, on_date: date
) -> list[OccurrenceKey]:
    """Those of the day that are held, have students on their roster, and no mark."""
    chosen = ListingFilter(
        within=DateSpan(on_date, on_date),
        location_ids=[location_id],
        attendance_states=[AttendanceState.NOT_TAKEN],
        include_not_scheduled=False,
    )
    found: list[OccurrenceKey] = []
    window = Window(_PAGE)
    while True:
        listing = await list_occurrences(connection, organization_id, chosen, window)
        keys = [head.key for head in listing.heads if head.is_held]
        tallies = await read_tallies(connection, organization_id, keys)
        found += [key for key in keys if tallies[key].unmarked]
        if not listing.has_more:
            return found
        window = Window(_PAGE, after=listing.positions[-1])


async def was_marked_by_the_system(connection: AsyncConnection, key: OccurrenceKey) -> bool:
    """Did the end of the day mark this occurrence before? Defaults of a first check-in are its author's act."""
    change = models.Change
    marked = exists().where(
        change.timeslot_id == key.timeslot_id,
        change.held_on == key.held_on,
        change.kind == ChangeKind.MARKS,
        change.source == Source.SYSTEM,
    )
    return bool(await connection.scalar(select(marked)))


async def settle_days(connection: AsyncConnection, location_id: UUID, through_on: date) -> None:
    """All days of the location up to this one have been seen to; never takes a later one back."""
    location = models.Location
    await connection.execute(
        update(location)
        .where(
            location.id == location_id,
            or_(location.settled_through_on.is_(None), location.settled_through_on < literal(through_on)),
        )
        .values(settled_through_on=through_on)
    )
