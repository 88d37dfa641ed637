"""Statements that find the offerings that a change of something else concerns: those that may meet from a date on."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from attendance.rules.vocabulary import OfferingKind
from db.unit_of_work import UnitOfWork

# A version of the offering o that holds on or after the date is v. Whoever meets no more is concerned by nothing.
_MEETING = """
SELECT DISTINCT o.id
FROM offering o
JOIN offering_version v ON v.organization_id = o.organization_id AND v.offering_id = o.id
    AND (v.ends_on IS NULL OR v.ends_on >= :since)
WHERE o.organization_id = :organization_id AND o.deleted_at IS NULL
  AND (o.ends_on IS NULL OR o.ends_on >= :since OR o.holds_from > o.ends_on)
  AND EXISTS (SELECT FROM timeslot_version t WHERE t.organization_id = o.organization_id AND t.offering_id = o.id
              AND t.deleted_at IS NULL AND (t.ends_on IS NULL OR t.ends_on >= :since))
"""
_AT = text(_MEETING + "  AND v.location_id = :location_id")
_OF_PROGRAM = text(_MEETING + "  AND v.program_id = :program_id")
_OF_SESSION = text(
    _MEETING
    + """  AND EXISTS (SELECT FROM offering_session a WHERE a.organization_id = o.organization_id
              AND a.offering_id = o.id AND a.session_id = :session_id)"""
)
_OF_BLACKOUTS = text(
    _MEETING
    + """  AND o.kind = ANY (CAST(:kinds AS text[]))
  AND EXISTS (SELECT FROM program p WHERE p.organization_id = v.organization_id AND p.id = v.program_id
              AND (p.blackout_schedule_id = :blackout_schedule_id
                   OR p.former_blackout_schedule_id = :blackout_schedule_id AND p.blackout_schedule_from > :since))"""
)
_PROGRAMS_OF = text("""
SELECT count(*) FROM program p
WHERE p.organization_id = :organization_id AND p.deleted_at IS NULL
  AND (p.blackout_schedule_id = :blackout_schedule_id
       OR p.former_blackout_schedule_id = :blackout_schedule_id AND p.blackout_schedule_from > :today)
""")


async def offerings_at(uow: UnitOfWork, location_id: UUID, *, since: date) -> list[UUID]:
    return await _found(uow, _AT, since, location_id=location_id)


async def offerings_of_program(uow: UnitOfWork, program_id: UUID, *, since: date) -> list[UUID]:
    return await _found(uow, _OF_PROGRAM, since, program_id=program_id)


async def offerings_of_session(uow: UnitOfWork, session_id: UUID, *, since: date) -> list[UUID]:
    return await _found(uow, _OF_SESSION, since, session_id=session_id)


async def offerings_of_blackouts(
    uow: UnitOfWork, blackout_schedule_id: UUID, kinds: Collection[OfferingKind], *, since: date
) -> list[UUID]:
    """Return the offerings of these kinds whose program has the blackout schedule on some date from `since` on."""
    wanted = {"blackout_schedule_id": blackout_schedule_id, "kinds": [str(kind) for kind in kinds]}
    return await _found(uow, _OF_BLACKOUTS, since, **wanted)


async def count_programs_of(uow: UnitOfWork, blackout_schedule_id: UUID, today: date) -> int:
    """Return how many programs that are not deleted have the blackout schedule today or are planned to have it."""
    given = {"organization_id": uow.organization_id, "blackout_schedule_id": blackout_schedule_id, "today": today}
    return (await uow.connection.scalar(_PROGRAMS_OF, given)) or 0


async def _found(uow: UnitOfWork, statement: Any, since: date, **wanted: Any) -> list[UUID]:
    given = {"organization_id": uow.organization_id, "since": since, **wanted}
    return list((await uow.connection.execute(statement, given)).scalars())
