"""Statements about the blackout schedules of programs and those that are planned for them (R13.2)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.catalogue.closure_plans import ClosurePlan

_PLANS = text("""
SELECT p.id, p.blackout_schedule_id, p.former_blackout_schedule_id, p.blackout_schedule_from FROM program p
WHERE p.organization_id = :organization_id AND p.id = ANY (CAST(:ids AS uuid[]))
""")


async def read_closure_plans(
    connection: AsyncConnection, organization_id: UUID, program_ids: Collection[UUID]
) -> dict[UUID, ClosurePlan]:
    """Return the plan of each of the programs, by their ids."""
    given = {"organization_id": organization_id, "ids": list(program_ids)}
    found = await connection.execute(_PLANS, given)
    return {row[0]: ClosurePlan(*row[1:]) for row in found}
