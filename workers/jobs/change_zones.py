"""Puts locations into the time zones that were planned for them (R13.2)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog

from attendance.actions.catalogue.locations import carry_out_planned_zone
from db.catalogue.zone_plans import zones_to_change
from workers.context import WorkerContext, context_of
from workers.faults import tell
from workers.plans import carried_out

log = structlog.get_logger(__name__)


async def change_zones_as_planned(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await change_all(context_of(ctx))


async def change_all(context: WorkerContext) -> int:
    """Change the zone of each location whose planned one is due, and return how many changed."""
    changed = carried_out(context, zones_to_change, carry_out_planned_zone, _failed)
    return len([each async for each in changed])


def _failed(fault: Exception, organization_id: UUID, location_id: UUID) -> None:
    facts = {"organization_id": str(organization_id), "location_id": str(location_id)}
    tell(log, "planned_zone_failed", fault, **facts)
