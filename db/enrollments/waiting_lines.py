"""The lines of students who wait for a place in an offering, in the order in which they joined."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.enrollments.waiting import Offer, Waiter
from attendance.rules.vocabulary import PlaceOfferState
from db.enrollments.enrollments import enrollment_of
from db.fragments import waits
from db.unit_of_work import UnitOfWork

TODAY = "(CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date"

_POSITIONS = text(f"""
SELECT n.id, n.position
FROM (SELECT DISTINCT x.offering_id FROM enrollment x
      WHERE x.organization_id = :organization_id AND x.id = ANY (CAST(:ids AS uuid[])) AND x.type = 'WAITLIST') k
CROSS JOIN LATERAL (
    SELECT e.id, row_number() OVER (ORDER BY e.created_at, e.id) AS position
    FROM enrollment e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE e.organization_id = :organization_id AND e.offering_id = k.offering_id AND {waits("e", TODAY)}
) n
WHERE n.id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - constants

_WAITERS = """
SELECT e.*, h.offer_id, h.state, h.offered_from, h.holds_until
FROM enrollment e
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
LEFT JOIN LATERAL (
    SELECT p.id AS offer_id, p.state, p.starts_on AS offered_from, p.holds_until
    FROM place_offer p WHERE p.organization_id = e.organization_id AND p.enrollment_id = e.id
    ORDER BY p.offered_at DESC, p.id DESC LIMIT 1
) h ON true
WHERE e.organization_id = :organization_id
"""
_LINE = text(f"{_WAITERS} AND e.offering_id = :offering_id AND {waits('e', TODAY)} ORDER BY e.created_at, e.id")
_WITH_NEXT = text(f"""
SELECT DISTINCT e.offering_id
FROM enrollment e
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:offering_ids AS uuid[]))
  AND {waits("e", TODAY)}
  AND NOT EXISTS (SELECT FROM place_offer p WHERE p.organization_id = e.organization_id AND p.enrollment_id = e.id
                  AND p.state IN ('OPEN', 'WITHDRAWN') OFFSET 0)
ORDER BY e.offering_id
""")  # noqa: S608 - constants
_WAITER = text(f"{_WAITERS} AND e.id = :id")


async def offerings_with_next(uow: UnitOfWork, offering_ids: Collection[UUID], *, now: datetime) -> list[UUID]:
    """Return the offerings in which a student waits who has no open offer."""
    given = {"organization_id": uow.organization_id, "offering_ids": list(offering_ids), "now": now}
    return list((await uow.connection.execute(_WITH_NEXT, given)).scalars())


async def read_line(uow: UnitOfWork, offering_id: UUID, *, now: datetime) -> list[Waiter]:
    """Return those who wait in the offering, in the order of joining. The caller holds the offering's lock."""
    given = {"organization_id": uow.organization_id, "offering_id": offering_id, "now": now}
    return [_waiter(row) for row in await uow.connection.execute(_LINE, given)]


async def find_waiter(uow: UnitOfWork, enrollment_id: UUID) -> tuple[UUID, Waiter] | None:
    """Return the enrollment with its last offer, and the id of its offering, whatever its type is, also when it has
    ended or was deleted. None when there is no such enrollment.
    """
    given = {"organization_id": uow.organization_id, "id": enrollment_id}
    row = (await uow.connection.execute(_WAITER, given)).one_or_none()
    return None if row is None else (row.offering_id, _waiter(row))


async def read_positions(
    connection: AsyncConnection, organization_id: UUID, enrollment_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, int]:
    """Return the positions, from 1, of those enrollments that wait for a place."""
    given = {"organization_id": organization_id, "ids": list(enrollment_ids), "now": now}
    return {row.id: row.position for row in await connection.execute(_POSITIONS, given)}


def _waiter(row: Row[Any]) -> Waiter:
    offer = None
    if row.offer_id is not None:
        offer = Offer(row.offer_id, PlaceOfferState(row.state), row.offered_from, row.holds_until)
    return Waiter(enrollment_of(row), offer)
