"""Statements that find the offerings that a change of something else concerns."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from attendance.rules.vocabulary import OfferingKind
from db.unit_of_work import UnitOfWork

# A version of the offering o that holds on or after the date is v.
_OFFERINGS = """
SELECT DISTINCT o.id
FROM offering o
JOIN offering_version v ON v.organization_id = o.organization_id AND v.offering_id = o.id
    AND (v.ends_on IS NULL OR v.ends_on >= :since)
WHERE o.organization_id = :organization_id AND o.deleted_at IS NULL
"""
_MEETS = """(o.ends_on IS NULL OR o.ends_on >= :since OR o.holds_from > o.ends_on)
  AND EXISTS (SELECT FROM timeslot_version t WHERE t.organization_id = o.organization_id AND t.offering_id = o.id
              AND t.deleted_at IS NULL AND (t.ends_on IS NULL OR t.ends_on >= :since))"""
_MEETING = f"{_OFFERINGS}  AND {_MEETS}\n"
# What was copied for later dates counts if the offering gets a timeslot again.
_CONCERNED = f"{_OFFERINGS}  AND (o.holds_from > :since OR {_MEETS})\n"
_IN_LOCATION, _IN_PROGRAM = "  AND v.location_id = :location_id", "  AND v.program_id = :program_id"
_MEETING_AT, _MEETING_IN_PROGRAM = text(_MEETING + _IN_LOCATION), text(_MEETING + _IN_PROGRAM)
_AT, _OF_PROGRAM = text(_CONCERNED + _IN_LOCATION), text(_CONCERNED + _IN_PROGRAM)
_OF_SESSION = text(
    _CONCERNED
    + """  AND EXISTS (SELECT FROM offering_session a WHERE a.organization_id = o.organization_id
              AND a.offering_id = o.id AND a.session_id = :session_id)"""
)
_OF_BLACKOUTS = text(
    _CONCERNED
    + """  AND o.kind = ANY (CAST(:kinds AS text[]))
  AND EXISTS (SELECT FROM program p WHERE p.organization_id = v.organization_id AND p.id = v.program_id
              AND (p.blackout_schedule_id = :blackout_schedule_id
                   OR p.former_blackout_schedule_id = :blackout_schedule_id AND p.blackout_schedule_from > :since))"""
)
# What an offering's row says has held on some date on which the offering met.
_HAVE_MET = """
SELECT o.id
FROM offering o
WHERE o.organization_id = :organization_id AND o.id <> ALL (CAST(:except_ids AS uuid[]))
  AND (o.holds_from IS NULL OR o.holds_from < :since)
  AND (o.holds_from IS NULL OR o.ends_on IS NULL OR o.ends_on >= o.holds_from)
  AND (o.holds_from IS NULL OR o.deleted_at IS NULL OR CAST(o.deleted_at AS date) >= o.holds_from - 1)
  AND EXISTS (SELECT FROM timeslot_version t WHERE t.organization_id = o.organization_id AND t.offering_id = o.id
              AND t.deleted_at IS NULL AND (o.holds_from IS NULL OR t.ends_on IS NULL OR t.ends_on >= o.holds_from))
"""
_HAVE_MET_AT = text(_HAVE_MET + "  AND o.location_id = :location_id")
_HAVE_MET_IN_PROGRAM = text(_HAVE_MET + "  AND o.program_id = :program_id")
_HAVE_MET_BESIDE = text(
    _HAVE_MET
    + """  AND EXISTS (SELECT FROM program p WHERE p.organization_id = o.organization_id AND p.id = o.program_id
              AND p.blackout_schedule_id = :blackout_schedule_id)"""
)
_PROGRAMS_OF = text("""
SELECT count(*) FROM program p
WHERE p.organization_id = :organization_id AND p.deleted_at IS NULL
  AND (p.blackout_schedule_id = :blackout_schedule_id
       OR p.former_blackout_schedule_id = :blackout_schedule_id AND p.blackout_schedule_from > :today)
""")


async def meeting_at(uow: UnitOfWork, location_id: UUID, *, since: date) -> list[UUID]:
    """Return the offerings that may meet at the location from a date on."""
    return await _found(uow, _MEETING_AT, since, location_id=location_id)


async def meeting_in_program(uow: UnitOfWork, program_id: UUID, *, since: date) -> list[UUID]:
    """Return the offerings of the program that may meet from a date on."""
    return await _found(uow, _MEETING_IN_PROGRAM, since, program_id=program_id)


async def have_met_at(uow: UnitOfWork, location_id: UUID, others: Collection[UUID], *, since: date) -> list[UUID]:
    """Return the offerings at the location, but for some others, whose past before a date depends on its row."""
    return await _found(uow, _HAVE_MET_AT, since, location_id=location_id, except_ids=list(others))


async def have_met_in_program(
    uow: UnitOfWork, program_id: UUID, others: Collection[UUID], *, since: date
) -> list[UUID]:
    """Return the offerings of the program, but for some others, whose past before a date depends on its row."""
    return await _found(uow, _HAVE_MET_IN_PROGRAM, since, program_id=program_id, except_ids=list(others))


async def have_met_beside(uow: UnitOfWork, blackout_schedule_id: UUID, *, since: date) -> list[UUID]:
    """Return the offerings whose past before a date depends on the rows of the blackout schedule."""
    given = {"blackout_schedule_id": blackout_schedule_id, "except_ids": []}
    return await _found(uow, _HAVE_MET_BESIDE, since, **given)


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
