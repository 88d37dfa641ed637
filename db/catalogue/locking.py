"""Statements that keep others out while the catalogue changes."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.calendar.history import Fetch
from db.driver import by_driver
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from db.wake_ups import RollSheetChanged

_CATALOGUE = text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue of ' || :organization_id, 0))")

# Makeups ahead may be given back, and sheets with marks may be corrected.
_SHEETS = text("""
SELECT c.timeslot_id, c.held_on
FROM timeslot t
JOIN occurrence c ON c.organization_id = t.organization_id AND c.timeslot_id = t.id AND c.held_on >= :since
WHERE t.organization_id = :organization_id AND t.offering_id = ANY (CAST(:ids AS uuid[]))
UNION
SELECT e.timeslot_id, e.starts_on FROM enrollment e
WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:ids AS uuid[])) AND e.type = 'MAKEUP'
  AND e.timeslot_id IS NOT NULL AND e.deleted_at IS NULL AND e.starts_on >= :since
""")

_NUMBER = text("""
WITH numbered AS (
    UPDATE occurrence c SET revision = c.revision + 1
    FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
    WHERE c.organization_id = :organization_id AND c.timeslot_id = k.timeslot_id AND c.held_on = k.held_on
    RETURNING c.timeslot_id, c.held_on, c.revision,
        (SELECT b.changed_at FROM change b WHERE b.organization_id = c.organization_id
         AND b.timeslot_id = c.timeslot_id AND b.held_on = c.held_on AND b.revision = c.revision - 1) AS before_at
), made AS (
    INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, actor_id, kiosk_id, changed_at)
    SELECT :organization_id, n.timeslot_id, n.held_on, n.revision, 'ROSTER', :source, :actor_id, :kiosk_id,
        greatest(CAST(:now AS timestamptz), n.before_at)
    FROM numbered n
)
SELECT timeslot_id, held_on, revision FROM numbered
""")


def fetch_in(connection: AsyncConnection) -> Fetch:
    """Return what runs the statements of `db.calendar.history` in the connection's transaction."""
    return partial(by_driver, connection)


async def lock_catalogue(uow: UnitOfWork) -> None:
    """Admit one change of the organization's catalogue at a time, until the transaction ends. Call it after the
    idempotency key and before anything else is locked.
    """
    await uow.connection.execute(_CATALOGUE, {"organization_id": str(uow.organization_id)})


async def sheets_since(uow: UnitOfWork, offering_ids: Collection[UUID], since: date) -> list[OccurrenceKey]:
    """Return the occurrences of the offerings from the date on to which something happened, or for which a makeup is
    booked.
    """
    given = {"organization_id": uow.organization_id, "ids": list(offering_ids), "since": since}
    return [OccurrenceKey(row.timeslot_id, row.held_on) for row in await uow.connection.execute(_SHEETS, given)]


async def number_occurrences(uow: UnitOfWork, keys: Sequence[OccurrenceKey], author: Author, now: datetime) -> None:
    """Number a change of each of these occurrences that changes no row of its roster, such as another hour.

    The caller holds the locks of the occurrences. Their subscribers are woken after the commit.
    """
    if not keys:
        return
    given: dict[str, Any] = {
        "organization_id": uow.organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
        "source": author.source.value,
        "actor_id": author.person_id,
        "kiosk_id": author.kiosk_id,
        "now": uow.time_under_lock(now),
    }
    uow.wake_ups += [
        RollSheetChanged(uow.organization_id, row.timeslot_id, row.held_on, row.revision)
        for row in await uow.connection.execute(_NUMBER, given)
    ]
