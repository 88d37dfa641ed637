"""Processes of the product as the walk through restarts drives them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import create_engine
from tests.walk.restarts.clients import RetryingApi, events
from tests.walk.restarts.fleet import Fleet
from tests.walk.system import Watch

_UNDONE = text("SELECT count(*) FROM token_run WHERE state = 'ARMED' AND due_at <= :now")


@dataclass
class Restarts:
    """What the walk drives: real processes. See Driven in tests/walk/system.py."""

    owner: AsyncConnection
    api: RetryingApi
    fleet: Fleet
    patience: float = 60.0

    async def begin(self, now: datetime) -> None:
        """Another walk begins, at this moment."""
        self.fleet.is_calm = True
        await self.fleet.roll_out(now)

    def follow(self, token: str, occurrence: str, watch: Watch) -> AsyncIterator[dict[str, Any]]:
        return events(self.fleet, token, occurrence, watch)

    async def work(self, _runs: list[tuple[str, str, str, str]]) -> int:
        """Workers do what is due. Answers how many runs they have left."""
        await self.fleet.work(self.api.clock.now)
        return int((await self.owner.execute(_UNDONE.bindparams(now=self.api.clock.now))).scalar_one())


@asynccontextmanager
async def restarts(database_url: str, *, redis_url: str, seed: int) -> AsyncIterator[Restarts]:
    fleet = Fleet(database_url, redis_url, Random(seed))
    engine = create_engine(database_url, role=None, pool_size=1)
    owners = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
    try:
        async with httpx.AsyncClient(verify=False) as http, owners as owner:
            yield Restarts(owner, RetryingApi(fleet, http), fleet)
    finally:
        await fleet.close()
        await engine.dispose()
        print(f"seed {seed}", *sorted(fleet.told.items()), sep="\n")


def with_seed(redis_url: str, seed: int) -> Any:
    """What gives, for the address of a database, the processes that use it."""
    return partial(restarts, redis_url=redis_url, seed=seed)
