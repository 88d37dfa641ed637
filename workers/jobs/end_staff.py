"""Ends the access of staff members whose planned end has come (R12.6)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog

from attendance.actions.accounts.end_staff import end_as_planned
from db.accounts.staff import staff_to_end
from workers.context import WorkerContext, context_of
from workers.faults import tell
from workers.plans import carried_out

log = structlog.get_logger(__name__)
security = structlog.get_logger("rollbook.security")


async def end_staff_as_planned(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await end_all(context_of(ctx))


async def end_all(context: WorkerContext) -> int:
    """End the access of each staff member whose planned end has come, and return how many ended."""
    ended = 0
    async for organization_id, person_id in carried_out(context, staff_to_end, end_as_planned, _failed):
        ended += 1
        security.warning("security.staff_ended", organization_id=str(organization_id), detail=str(person_id))
    return ended


def _failed(fault: Exception, organization_id: UUID, person_id: UUID) -> None:
    facts = {"organization_id": str(organization_id), "person_id": str(person_id)}
    tell(log, "planned_end_failed", fault, **facts)
