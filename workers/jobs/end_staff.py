"""Ends the access of staff members whose planned end has come (R12.6)."""

from collections.abc import Mapping
from typing import Any

import structlog

from attendance.actions.accounts.end_staff import end_as_planned
from db.accounts.staff import staff_to_end
from workers.context import WorkerContext, context_of
from workers.faults import tell

log = structlog.get_logger(__name__)
security = structlog.get_logger("rollbook.security")


async def end_staff_as_planned(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await end_all(context_of(ctx))


async def end_all(context: WorkerContext) -> int:
    """End each of them in a transaction of its own, and return how many ended.

    A failure is logged and left to the next call; it does not block the others.
    """
    ended = 0
    async with context.database.engine.connect() as connection:
        found = await staff_to_end(connection, context.clock())
    for organization_id, person_id in found:
        if context.stop.is_set():
            break
        try:
            async with context.unit_of_work(organization_id) as uow:
                has_ended = await end_as_planned(uow, person_id, now=context.clock())
            if has_ended:
                ended += 1
                security.warning("security.staff_ended", organization_id=str(organization_id), detail=str(person_id))
        except Exception as fault:
            facts = {"organization_id": str(organization_id), "person_id": str(person_id)}
            tell(log, "planned_end_failed", fault, **facts)
    return ended
