"""Carries out what was planned for a time that has come, each plan in a transaction of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.unit_of_work import UnitOfWork
from workers.context import WorkerContext

FindDue: TypeAlias = Callable[[AsyncConnection, datetime], Awaitable[Sequence[tuple[UUID, UUID]]]]
Failed: TypeAlias = Callable[[Exception, UUID, UUID], None]


class CarryOut(Protocol):
    """Carries out the plan of what has this id. Returns False when it was moved or taken back meanwhile."""

    async def __call__(self, uow: UnitOfWork, id_: UUID, /, *, now: datetime) -> bool: ...


async def carried_out(
    context: WorkerContext, find_due: FindDue, carry_out: CarryOut, failed: Failed
) -> AsyncIterator[tuple[UUID, UUID]]:
    """Yield the organization and the id of each whose plan has been carried out.

    A failure is passed to `failed` and left to the next call; it does not block the others.
    """
    async with context.database.connect() as connection:
        due = await find_due(connection, context.clock())
    for organization_id, id_ in due:
        if context.stop.is_set():
            return
        try:
            async with context.unit_of_work(organization_id) as uow:
                is_done = await carry_out(uow, id_, now=context.clock())
        except Exception as fault:
            failed(fault, organization_id, id_)
            continue
        if is_done:
            yield organization_id, id_
