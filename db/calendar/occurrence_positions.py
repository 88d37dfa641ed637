"""The places of occurrences in a listing, computed by PostgreSQL (R2.8).

The statement repeats the rules `falls_on`, `starts_at` and `Schedule` of attendance/rules/calendar/timeslots.py. It
chooses, orders and counts the occurrences where the timeslots are stored, so a page costs Python only its own rows. The
tests compare it with those rules on random organizations.
"""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import bounds
from attendance.rules.calendar.timeslots import DateSpan, bounded, wall_offsets
from db.calendar.listing_filter import ListingFilter, Window
from db.driver import HotStatement
from db.fragments import found_by, holds_on, on_sheet, zone_of
from db.listing import values
from db.names import searched

# The instant of a slot on `day`, by the offset that `_ZONE_OF` finds.
_STARTS_AT = "(({day} + slot.start_time - offsets.utc_offset) AT TIME ZONE 'UTC')"
_ZONE_OF = """JOIN unnest(CAST(:zones AS text[]), CAST(:zone_since AS timestamp[]), CAST(:zone_until AS timestamp[]),
                 CAST(:utc_offsets AS interval[])) AS offsets (zone, since, until, utc_offset)
    ON offsets.zone = slot.time_zone
    AND offsets.since <= {day} + slot.start_time AND {day} + slot.start_time < offsets.until"""

_STATE = f"""CASE
    WHEN NOT EXISTS (SELECT FROM mark m WHERE m.organization_id = :organization_id AND m.timeslot_id = slot.id
                     AND m.held_on = {{day}}) THEN 'NOT_TAKEN'
    WHEN EXISTS (SELECT FROM enrollment e
                 WHERE e.organization_id = :organization_id AND e.offering_id = slot.offering_id
                   AND {on_sheet("e", "slot.id", "{day}")}
                   AND NOT EXISTS (SELECT FROM mark m
                                   WHERE m.organization_id = e.organization_id AND m.timeslot_id = slot.id
                                     AND m.held_on = {{day}} AND m.student_id = e.student_id)) THEN 'IN_PROGRESS'
    ELSE 'TAKEN' END"""  # noqa: S608 - constants

IS_SCHEDULED = f"""(
    (slot.holds_from IS NULL OR slot.holds_from <= {{day}})
    AND (slot.own_starts_on IS NULL OR slot.own_starts_on <= {{day}})
    AND (slot.own_ends_on IS NULL OR slot.own_ends_on >= {{day}})
    AND (NOT EXISTS (SELECT FROM offering_session a
                     WHERE a.organization_id = :organization_id AND a.offering_id = slot.offering_id)
         OR EXISTS (SELECT FROM offering_session a
                    JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id
                    WHERE a.organization_id = :organization_id AND a.offering_id = slot.offering_id
                      AND s.deleted_at IS NULL AND {holds_on("s", "{day}")}))
    OR slot.holds_from IS NOT NULL
    AND EXISTS (SELECT FROM former_schedule f
                WHERE f.organization_id = :organization_id AND f.offering_id = slot.offering_id AND NOT f.is_closed
                  AND {holds_on("f", "{day}")}))"""  # noqa: S608 - constants
"""Whether the offering of a row `slot` meets on a date, to be formatted with `day`."""

_IS_TAUGHT = f"""(
    EXISTS (SELECT FROM instructor_version i
            WHERE i.organization_id = :organization_id AND i.offering_id = slot.offering_id
              AND i.person_id = ANY (:instructor_ids) AND {holds_on("i", "{day}")}
              AND NOT EXISTS (SELECT FROM substitution u
                              WHERE u.organization_id = i.organization_id AND u.timeslot_id = slot.id
                                AND u.held_on = {{day}} AND u.absent_person_id = i.person_id))
    OR EXISTS (SELECT FROM substitution u
               WHERE u.organization_id = :organization_id AND u.timeslot_id = slot.id AND u.held_on = {{day}}
                 AND u.substitute_id = ANY (:instructor_ids)))"""  # noqa: S608 - constants

_IS_VISIBLE = f"""(
    EXISTS (SELECT FROM instructor_version i
            WHERE i.organization_id = :organization_id AND i.offering_id = slot.offering_id
              AND i.person_id = :visible_to AND {holds_on("i", "{day}")})
    OR EXISTS (SELECT FROM substitution u
               WHERE u.organization_id = :organization_id AND u.timeslot_id = slot.id AND u.held_on = {{day}}
                 AND u.substitute_id = :visible_to))"""  # noqa: S608 - constants

_PLACE = f"({_STARTS_AT}, slot.name, slot.id, {{day}})"

# The slots, with their offsets, that have an occurrence on `day` that the filter selects, within the window.
_LISTED_ON = f"""slot {_ZONE_OF}
    AND slot.first_on <= {{day}} AND slot.last_on >= {{day}}
    AND (slot.weekday IS NULL OR slot.weekday = extract(isodow FROM {{day}}))
    AND (CAST(:include_not_scheduled AS boolean) OR {IS_SCHEDULED})
    AND (CAST(:instructor_ids AS uuid[]) IS NULL OR {_IS_TAUGHT})
    AND (CAST(:visible_to AS uuid) IS NULL OR {_IS_VISIBLE})
    AND (CAST(:attendance_states AS text[]) IS NULL OR {_STATE} = ANY (:attendance_states))
    AND (CAST(:after_at AS timestamptz) IS NULL
         OR {_PLACE} > (:after_at, CAST(:after_name AS text) COLLATE "C", CAST(:after_id AS uuid),
                        CAST(:after_on AS date)))
    AND (CAST(:before_at AS timestamptz) IS NULL
         OR {_PLACE} < (:before_at, CAST(:before_name AS text) COLLATE "C", CAST(:before_id AS uuid),
                        CAST(:before_on AS date)))"""


def _day(number: str) -> str:
    return f"(CAST(:near_on AS date) + CAST(:step AS integer) * {number})"


# Goes from the near end of the range to the far end, day by day, until there are enough occurrences for a page. No
# instant is more than a day and a half away from the start of its local date. An occurrence can therefore come before
# one of an earlier date, but not before one of a date that is three days earlier: two more days complete the page.
def positions(order: str, is_wanted: str = "TRUE") -> str:
    """Return the common table expressions up to `listed`, the occurrences of a window with their places in it.

    order -- ASC or DESC.
    is_wanted -- one more condition on the timeslot t, the offering `offered` and its version `held`.
    """
    return f"""
WITH RECURSIVE slot AS MATERIALIZED (
    SELECT t.id, t.start_time, t.duration_minutes, t.weekday, t.offering_id, offered.sort_key AS name, held.capacity,
           greatest(t.starts_on, held.starts_on, CAST(:from_on AS date)) AS first_on,
           least(t.ends_on, held.ends_on, (offered.deleted_at AT TIME ZONE coalesce(held.time_zone, l.time_zone))::date,
                 CAST(:to_on AS date)) AS last_on,
           offered.starts_on AS own_starts_on, offered.ends_on AS own_ends_on, offered.holds_from,
           {zone_of("held", "l")} AS time_zone
    FROM timeslot_version t
    JOIN {found_by("offering", "offering.id = t.offering_id")} offered ON true
    JOIN {found_by("offering_version", "offering_version.offering_id = t.offering_id")} held
        ON (held.starts_on IS NULL OR held.starts_on <= :to_on) AND (held.ends_on IS NULL OR held.ends_on >= :from_on)
    JOIN location l ON l.organization_id = held.organization_id AND l.id = held.location_id
    WHERE t.organization_id = :organization_id AND t.deleted_at IS NULL
      AND (t.starts_on IS NULL OR t.starts_on <= :to_on) AND (t.ends_on IS NULL OR t.ends_on >= :from_on)
      AND (t.weekday IS NULL OR t.weekday = ANY (CAST(:weekdays AS integer[])))
      AND (CAST(:kinds AS text[]) IS NULL OR offered.kind = ANY (:kinds))
      AND (CAST(:offering_ids AS uuid[]) IS NULL OR t.offering_id = ANY (:offering_ids))
      AND (CAST(:location_ids AS uuid[]) IS NULL OR held.location_id = ANY (:location_ids))
      AND (CAST(:program_ids AS uuid[]) IS NULL OR held.program_id = ANY (:program_ids))
      AND (CAST(:search AS text) IS NULL OR strpos(offered.search_key, :search) > 0)
      AND {is_wanted}
), walk (number, found) AS (
    SELECT -1, CAST(0 AS bigint)
    UNION ALL
    SELECT walk.number + 1,
           walk.found + (SELECT count(*) FROM {_LISTED_ON.format(day=_day("(walk.number + 1)"))})
    FROM walk
    WHERE walk.found < :limit AND walk.number + 2 < :days
), listed AS MATERIALIZED (
    SELECT placed.id AS timeslot_id, days.held_on, placed.starts_at, placed.name, placed.offering_id,
           placed.start_time, placed.duration_minutes, placed.capacity
    FROM (SELECT {_day("numbers.number")} AS held_on
          FROM generate_series(0, (SELECT least(max(walk.number) + 2, :days) FROM walk)) AS numbers (number)) days
    CROSS JOIN LATERAL (
        SELECT slot.*, {_STARTS_AT.format(day="days.held_on")} AS starts_at FROM {_LISTED_ON.format(day="days.held_on")}
    ) placed
    ORDER BY starts_at {order}, name {order}, timeslot_id {order}, held_on {order}
    LIMIT :limit
)"""  # noqa: S608 - constants


_ZONES = HotStatement("""
SELECT l.time_zone FROM location l WHERE l.organization_id = :organization_id
UNION
SELECT l.next_zone FROM location l WHERE l.organization_id = :organization_id AND l.next_zone IS NOT NULL
UNION
SELECT f.time_zone FROM former_offering f WHERE f.organization_id = :organization_id AND f.ends_on >= :from_on
""")


async def asked(
    connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter, window: Window
) -> dict[str, object]:
    """Return the parameters of `positions`, for `window.limit` rows at most, in one statement.

    PostgreSQL has its own time zones, which can be of another year than Python's, so it is told the offsets.
    """
    within = bounds(chosen.within, window.after, window.before)
    first, last = bounded(within)
    given = (
        _of_filter(chosen)
        | _of_window(window)
        | {
            "organization_id": organization_id,
            "from_on": first,
            "to_on": last,
            "near_on": last if window.backwards else first,
            "step": -1 if window.backwards else 1,
            "days": (last - first).days,
            "weekdays": weekdays(within),
        }
    )
    zones = [row.time_zone for row in await _ZONES.rows(connection, given)]
    spans = [(zone, *each) for zone in zones for each in wall_offsets(ZoneInfo(zone), first, last)]
    names = ("zones", "zone_since", "zone_until", "utc_offsets")
    return given | {name: [span[place] for span in spans] for place, name in enumerate(names)}


def _of_filter(chosen: ListingFilter) -> dict[str, object]:
    return {
        "kinds": values(chosen.kinds),
        "offering_ids": values(chosen.offering_ids),
        "location_ids": values(chosen.location_ids),
        "program_ids": values(chosen.program_ids),
        "instructor_ids": values(chosen.instructor_ids),
        "attendance_states": values(chosen.attendance_states),
        "search": searched(chosen.search),
        "include_not_scheduled": chosen.include_not_scheduled,
        "visible_to": chosen.visible_to,
    }


def _of_window(window: Window) -> dict[str, object]:
    after, before = window.after, window.before
    return {
        "after_at": after and after.starts_at,
        "after_name": after and after.name,
        "after_id": after and after.timeslot_id,
        "after_on": after and after.held_on,
        "before_at": before and before.starts_at,
        "before_name": before and before.name,
        "before_id": before and before.timeslot_id,
        "before_on": before and before.held_on,
        "limit": window.limit,
    }


def weekdays(within: DateSpan) -> list[int]:
    """Return the ISO weekdays of the dates, which must be bounded on both sides."""
    first, last = bounded(within)
    days = max(0, min(7, (last - first).days + 1))
    return sorted((first + timedelta(number)).isoweekday() for number in range(days))
