"""Acts that begin at the same moment, on real connections."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.refusals import Refusal
from db.engine import Database
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import World

Act: TypeAlias = Callable[[UnitOfWork], Awaitable[object]]
Outcome = TypeVar("Outcome")

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def at_once(*acts: Callable[[], Awaitable[Outcome]]) -> list[Outcome]:
    """What each returned. A fault or refusal of any of them fails the test."""
    barrier = asyncio.Barrier(len(acts))

    async def begin(act: Callable[[], Awaitable[Outcome]]) -> Outcome:
        await barrier.wait()
        return await act()

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        tasks = [group.create_task(begin(act)) for act in acts]
    return [task.result() for task in tasks]


async def tried_at_once(*acts: Callable[[], Awaitable[Outcome]]) -> list[Outcome | Refusal]:
    """What each returned, or its refusal."""

    def tried(act: Callable[[], Awaitable[Outcome]]) -> Callable[[], Awaitable[Outcome | Refusal]]:
        async def run() -> Outcome | Refusal:
            try:
                return await act()
            except Refusal as refusal:
                return refusal

        return run

    return await at_once(*map(tried, acts))


async def committed_at_once(database: Database, world: World, *acts: Act) -> list[Refusal | None]:
    """Each in a transaction of its own: its refusal, or None where it was carried out."""

    def begun(act: Act) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            async with unit_of_work(database, world.organization_id, Announcer()) as uow:
                await act(uow)

        return run

    return await tried_at_once(*map(begun, acts))


async def until_one_waits(owner: AsyncConnection) -> None:
    """Wait until some connection to this test process's server waits for a lock."""
    async with asyncio.timeout(20):
        while not (await owner.execute(_WAITING)).scalar_one():
            await asyncio.sleep(0.01)


def kinds_of(refusals: Iterable[Refusal | None]) -> list[type[Refusal] | None]:
    return [None if each is None else type(each) for each in refusals]
