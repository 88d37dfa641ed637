"""Ends offers of places whose time is over, and offers places that no act has offered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.enrollments.sweep_line import sweep_line
from db.enrollments.place_offers import lines_to_offer, offerings_with_offers_over
from workers.context import WorkerContext, context_of
from workers.faults import tell

AT_A_TIME = 4

log = structlog.get_logger(__name__)

Find: TypeAlias = Callable[[AsyncConnection, datetime], Awaitable[list[tuple[UUID, UUID]]]]


async def end_offers_over(ctx: Mapping[Any, Any]) -> None:
    """The arq job that ends offers whose time is over, and offers their places to the next students."""
    await sweep(context_of(ctx), offerings_with_offers_over)


async def offer_free_places(ctx: Mapping[Any, Any]) -> None:
    """The arq job that offers free places to students who wait, whatever has freed them."""
    await sweep(context_of(ctx), lines_to_offer)


async def sweep(context: WorkerContext, find: Find) -> int:
    """Sweep the line of each offering that is found, each in a transaction of its own, and return how many were swept.

    A failure is logged and left to the next call; it does not block other offerings.
    """
    limit = asyncio.Semaphore(AT_A_TIME)

    async def attempt(organization_id: UUID, offering_id: UUID) -> bool:
        async with limit:
            if context.stop.is_set():
                return False
            try:
                async with context.unit_of_work(organization_id) as uow:
                    await sweep_line(uow, offering_id, now=context.clock())
            except Exception as fault:
                facts = {"organization_id": str(organization_id), "offering_id": str(offering_id)}
                tell(log, "sweep_of_line_failed", fault, **facts)
                return False
            return True

    async with context.database.connect() as connection:
        found = await find(connection, context.clock())
    async with asyncio.TaskGroup() as group:
        attempts = [group.create_task(attempt(*each)) for each in found]
    return sum(task.result() for task in attempts)
