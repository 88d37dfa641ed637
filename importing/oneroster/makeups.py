"""Gives back booked makeups of classes that an import no longer holds on their dates (R8.6b)."""

from uuid import UUID

import asyncpg

from attendance.actions.makeups.give_back_makeups import give_back_makeups
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from importing.oneroster.acting import as_action
from importing.oneroster.known import Known
from importing.oneroster.plan import Plan
from importing.oneroster.plan_timetable import changed_offerings

# Before the import writes anything, in the order in which actions lock: offerings were locked before.
_HOLD = """
    INSERT INTO occurrence (organization_id, timeslot_id, held_on)
    SELECT e.organization_id, e.timeslot_id, e.starts_on
    FROM enrollment e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE e.organization_id = $1 AND e.offering_id = ANY ($2) AND e.type = 'MAKEUP' AND e.deleted_at IS NULL
      AND e.timeslot_id IS NOT NULL AND e.starts_on >= ($3 AT TIME ZONE l.time_zone)::date
    GROUP BY e.organization_id, e.timeslot_id, e.starts_on
    ORDER BY e.timeslot_id, e.starts_on
    ON CONFLICT (organization_id, timeslot_id, held_on) DO UPDATE SET revision = occurrence.revision
"""


def retimed_offerings(plan: Plan, known: Known) -> set[UUID]:
    """Return the known classes that this import may no longer hold on some date."""
    named = {each.timeslot_id for each in plan.moved_timeslots} | set(plan.ended_timeslots)
    return changed_offerings(plan, known) | {each.offering_id for each in known.timeslots if each.id in named}


async def hold_makeups(connection: asyncpg.Connection, plan: Plan, known: Known) -> None:
    """Lock the roll sheets of makeups that may have to be given back. Their classes are locked already."""
    if offerings := retimed_offerings(plan, known):
        await connection.execute(_HOLD, known.organization_id, list(offerings), plan.now)


async def follow_makeups(connection: asyncpg.Connection, plan: Plan, known: Known) -> int:
    """Give back what is not held any more, in the import's transaction, and return how many makeups that were. Call it
    when everything about classes is written.
    """
    if not retimed_offerings(plan, known):
        return 0
    async with as_action(connection, known.organization_id) as uow:
        settings = (await read_settings(uow.connection, uow.organization_id)).makeup_tokens
        return len(await give_back_makeups(uow, author=SYSTEM, settings=settings, now=plan.now))
