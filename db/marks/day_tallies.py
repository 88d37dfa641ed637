"""Statements that read the occurrences of a day at some locations and in some programs, with their tallies (R10.3)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import ListedSlot, expand
from attendance.rules.calendar.recordability import closing_scopes
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.vocabulary import OfferingKind
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots, read_tallies

_NOT_HELD = text("""
SELECT k.timeslot_id, k.held_on
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
LEFT JOIN program p ON p.organization_id = o.organization_id AND p.id = o.program_id
WHERE EXISTS (SELECT FROM occurrence c WHERE c.organization_id = t.organization_id AND c.timeslot_id = k.timeslot_id
              AND c.held_on = k.held_on AND c.cancelled_at IS NOT NULL)
   OR EXISTS (SELECT FROM blackout_date b
              JOIN unnest(CAST(:kinds AS text[]), CAST(:scopes AS text[])) AS closing (kind, scope)
                ON closing.kind = o.kind AND closing.scope = b.scope
              WHERE b.organization_id = p.organization_id AND b.blackout_schedule_id = p.blackout_schedule_id
                AND k.held_on BETWEEN greatest(b.starts_on, o.holds_from) AND b.ends_on)
   OR EXISTS (SELECT FROM former_schedule f
              WHERE f.organization_id = o.organization_id AND f.offering_id = o.id AND f.is_closed
                AND k.held_on BETWEEN f.starts_on AND f.ends_on)
""")
_CLOSING = [(kind.value, scope.value) for kind in OfferingKind for scope in sorted(closing_scopes(kind))]


@dataclass(frozen=True, slots=True)
class DayFilter:
    """A filter for the occurrences of a day.

    day -- the local date. None means today at each location.
    location_ids, program_ids -- no ids mean all.
    visible_to -- a person who sees only what they teach or substitute (section 11). None shows all.
    """

    day: date | None
    location_ids: frozenset[UUID]
    program_ids: frozenset[UUID]
    visible_to: UUID | None = None

    def day_in(self, zone: ZoneInfo, now: datetime) -> date:
        return self.day or local_date(now, zone)


@dataclass(frozen=True, slots=True)
class DayTallies:
    """The tally of each occurrence that takes place. `zones` holds the time zones of the timeslots that the filter
    selects.
    """

    tallies: Mapping[OccurrenceKey, AttendanceTally]
    zones: frozenset[ZoneInfo]


async def read_day_tallies(
    connection: AsyncConnection, organization_id: UUID, chosen: DayFilter, now: datetime
) -> DayTallies:
    """Return the tallies of a day, in three statements."""
    about = chosen.day or now.date()
    margin = timedelta(0) if chosen.day else timedelta(days=1)
    slots = await read_slots(
        connection,
        organization_id,
        ListingFilter(
            within=DateSpan(about - margin, about + margin),
            location_ids=chosen.location_ids or None,
            program_ids=chosen.program_ids or None,
            visible_to=chosen.visible_to,
        ),
    )
    by_zone: dict[ZoneInfo, list[ListedSlot]] = defaultdict(list)
    for listed in slots:
        by_zone[listed.zone].append(listed)
    days = {zone: chosen.day_in(zone, now) for zone in by_zone}
    keys = {
        position.key
        for zone, mine in by_zone.items()
        for position in expand(mine, DateSpan(days[zone], days[zone]), include_not_scheduled=False)
    }
    keys -= await _read_not_held(connection, organization_id, keys)
    return DayTallies(await read_tallies(connection, organization_id, keys), frozenset(by_zone))


async def _read_not_held(
    connection: AsyncConnection, organization_id: UUID, keys: Collection[OccurrenceKey]
) -> set[OccurrenceKey]:
    """Return the occurrences that are cancelled or closed (R2.4)."""
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
        "kinds": [kind for kind, _ in _CLOSING],
        "scopes": [scope for _, scope in _CLOSING],
    }
    return {OccurrenceKey(*row) for row in await connection.execute(_NOT_HELD, given)}
