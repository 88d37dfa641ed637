"""The plain way to list occurrences, with which listings are compared: all timeslots that a filter selects are
read, and the rules place their dates one by one.
"""

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import ListedSlot, Position, expand
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.vocabulary import AttendanceState
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import read_slots
from db.fragments import on_sheet

_STATES = text(f"""
SELECT k.timeslot_id, k.held_on,
       EXISTS (SELECT FROM enrollment e
               WHERE e.organization_id = t.organization_id AND e.offering_id = t.offering_id
                 AND {on_sheet("e", "t.id", "k.held_on")}
                 AND NOT EXISTS (SELECT FROM mark m
                                 WHERE m.organization_id = e.organization_id AND m.timeslot_id = t.id
                                   AND m.held_on = k.held_on AND m.student_id = e.student_id)) AS has_unmarked
FROM (SELECT DISTINCT m.timeslot_id, m.held_on FROM mark m
      WHERE m.organization_id = :organization_id AND m.timeslot_id = ANY (CAST(:timeslot_ids AS uuid[]))
        AND m.held_on BETWEEN :from_on AND :to_on) k
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
""")


async def plain_positions(
    connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter, window: Window
) -> tuple[list[Position], bool]:
    """The positions of a page, and whether there are others beyond the far end of the window."""
    slots = await read_slots(connection, organization_id, chosen)
    positions = expand(
        slots,
        chosen.within,
        include_not_scheduled=chosen.include_not_scheduled,
        after=window.after,
        before=window.before,
        backwards=window.backwards,
    )
    if wanted := chosen.attendance_states:
        states = await _read_states(connection, organization_id, slots, chosen.within)
        positions = (each for each in positions if states.get(each.key, AttendanceState.NOT_TAKEN) in wanted)
    page = list(islice(positions, window.limit + 1))
    shown = page[: window.limit]
    if window.backwards:
        shown.reverse()
    return shown, len(page) > window.limit


async def _read_states(
    connection: AsyncConnection, organization_id: UUID, slots: Iterable[ListedSlot], within: DateSpan
) -> dict[OccurrenceKey, AttendanceState]:
    """Return the states of the occurrences that have a mark."""
    found = await connection.execute(
        _STATES,
        {
            "organization_id": organization_id,
            "timeslot_ids": [listed.slot.id for listed in slots],
            "from_on": within.starts_on,
            "to_on": within.ends_on,
        },
    )
    partly, wholly = AttendanceState.IN_PROGRESS, AttendanceState.TAKEN
    return {OccurrenceKey(row.timeslot_id, row.held_on): partly if row.has_unmarked else wholly for row in found}
