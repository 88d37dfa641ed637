"""Timetables of offerings: when they meet and what prevents it, for actions that give places over a range of dates."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.enrollments.places import Timetable
from db.calendar.occurrences import (
    CLOSED,
    CURRENT_VERSION,
    OFFERING_COLUMNS,
    OFFERING_SESSIONS,
    OFFERING_SLOTS,
    offering_of,
    series_of,
    slots_of,
)
from db.calendar.offerings import VISIBLE_OFFERINGS
from db.unit_of_work import UnitOfWork

_TIMETABLES = text(f"""
SELECT {OFFERING_COLUMNS},
       slots.*, sessions.*, formerly.*, closed.*, cancelled.*, places.*
FROM offering o
{CURRENT_VERSION}
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
LEFT JOIN program p ON p.organization_id = o.organization_id AND p.id = o.program_id
{OFFERING_SLOTS}
{OFFERING_SESSIONS}
{CLOSED.format(since=":since", until="CAST('infinity' AS date)")}
CROSS JOIN LATERAL (
    SELECT array_agg(y.timeslot_id) AS cancelled_ids, array_agg(y.held_on) AS cancelled_dates
    FROM timeslot z
    JOIN occurrence y ON y.organization_id = z.organization_id AND y.timeslot_id = z.id
    WHERE z.organization_id = o.organization_id AND z.offering_id = o.id AND y.cancelled_at IS NOT NULL
      AND y.held_on >= :since
) cancelled
CROSS JOIN LATERAL (
    SELECT array_agg(q.starts_on) AS place_starts, array_agg(q.ends_on) AS place_ends,
           array_agg(q.capacity) AS place_counts
    FROM former_offering q
    WHERE q.organization_id = o.organization_id AND q.offering_id = o.id AND q.ends_on >= :since
) places
WHERE o.organization_id = :organization_id AND o.deleted_at IS NULL AND o.id = ANY (CAST(:ids AS uuid[]))
{VISIBLE_OFFERINGS}
""")  # noqa: S608 - constants


_LOCK = text("""
SELECT o.id FROM offering o
WHERE o.organization_id = :organization_id AND o.id = ANY (CAST(:ids AS uuid[]))
ORDER BY o.id FOR NO KEY UPDATE
""")


async def lock_offerings(uow: UnitOfWork, ids: Collection[UUID]) -> None:
    """Lock the offerings' places until the end of the transaction.

    Every action that gives or ends a place takes this lock, after the idempotency key and before occurrences. Rows are
    locked in the order of their ids. Ids that do not exist are ignored.
    """
    await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, "ids": list(ids)})


async def read_timetables(
    connection: AsyncConnection,
    organization_id: UUID,
    ids: Collection[UUID],
    *,
    since: date,
    visible_to: UUID | None = None,
) -> dict[UUID, Timetable]:
    """Return timetables by id. Offerings that are deleted, do not exist or may not be seen are left out.

    since -- blackouts and cancellations are read from this date on.
    visible_to -- a person who sees only what they teach or substitute. None shows all.
    """
    given = {"organization_id": organization_id, "ids": list(ids), "since": since, "visible_to": visible_to}
    return {row.offering_id: _timetable(row) for row in await connection.execute(_TIMETABLES, given)}


def _timetable(row: Row[Any]) -> Timetable:
    live = tuple(slot for slot, is_live in slots_of(row) if is_live)
    formerly = tuple(
        (DateSpan(starts_on, ends_on), capacity)
        for starts_on, ends_on, capacity in zip(
            row.place_starts or (), row.place_ends or (), row.place_counts or (), strict=True
        )
    )
    return Timetable(offering_of(row), series_of(row, live), formerly)
