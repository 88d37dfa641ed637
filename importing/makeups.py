"""Gives back booked makeups of classes that an import no longer holds on their dates (R8.6b)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from attendance.actions.makeups.give_back_makeups import give_back_makeups
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from importing.acting import as_action

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


async def hold_makeups(
    connection: asyncpg.Connection, organization_id: UUID, offerings: Collection[UUID], now: datetime
) -> None:
    """Lock the roll sheets of makeups that may have to be given back. Their classes are locked already.

    offerings -- the known classes that the import may no longer hold on some date
    """
    if offerings:
        await connection.execute(_HOLD, organization_id, list(offerings), now)


async def follow_makeups(
    connection: asyncpg.Connection, organization_id: UUID, offerings: Collection[UUID], now: datetime
) -> int:
    """Give back the makeups whose occurrences are no longer held, in the import's transaction, and return their number.
    Call it after everything about classes has been written.
    """
    if not offerings:
        return 0
    async with as_action(connection, organization_id) as uow:
        settings = (await read_settings(uow.connection, uow.organization_id)).makeup_tokens
        return len(await give_back_makeups(uow, author=SYSTEM, settings=settings, now=now))
