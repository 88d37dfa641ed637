"""Puts locations into the time zones that were planned for them (R13.2)."""

from collections.abc import Mapping
from typing import Any

import structlog

from attendance.actions.catalogue.locations import carry_out_planned_zone
from db.catalogue.zone_plans import zones_to_change
from workers.context import WorkerContext, context_of
from workers.faults import tell

log = structlog.get_logger(__name__)


async def change_zones_as_planned(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await change_all(context_of(ctx))


async def change_all(context: WorkerContext) -> int:
    """Change each of them in a transaction of its own, and return how many changed.

    A failure is logged and left to the next call; it does not block the others.
    """
    changed = 0
    async with context.database.engine.connect() as connection:
        found = await zones_to_change(connection, context.clock())
    for organization_id, location_id in found:
        if context.stop.is_set():
            break
        try:
            async with context.unit_of_work(organization_id) as uow:
                changed += await carry_out_planned_zone(uow, location_id, now=context.clock())
        except Exception as fault:
            facts = {"organization_id": str(organization_id), "location_id": str(location_id)}
            tell(log, "planned_zone_failed", fault, **facts)
    return changed
