"""One stage for many tests in turn, until a test has changed it. To set a stage takes as long as ten requests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database, create_engine
from tests.api.organization.permission_stage import Stage, new_stage
from tests.support.api import Api, serving
from tests.support.factories import new_world


@dataclass
class SharedStage:
    """The stage that stands now, if one does, and the callers who have come before it."""

    owner: AsyncConnection
    database: Database
    _stage: Stage | None = None
    _callers: dict[object, Api] = field(default_factory=dict)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @asynccontextmanager
    async def used(self, *, changing: bool) -> AsyncIterator[Stage]:
        """The stage as it was set. It is struck after the block if the block changes something, or fails."""
        if self._stage is None:
            api = await self._open.enter_async_context(serving(self.database))
            self._stage = await new_stage(await new_world(self.owner), api)
        try:
            yield self._stage
        except BaseException:
            await self.strike()
            raise
        if changing:
            await self.strike()

    async def strike(self) -> None:
        """The next test gets another organization and an API that has met nobody."""
        await self._open.aclose()
        self._stage = None
        self._callers.clear()

    async def staff(self, permissions: frozenset[Permission], portal: Portal) -> Api:
        key = (permissions, portal)
        if key not in self._callers:
            self._callers[key] = await self._standing.staff(*permissions, portal=portal)
        return self._callers[key]

    async def guardian(self) -> Api:
        if "guardian" not in self._callers:
            self._callers["guardian"] = await self._standing.guardian()
        return self._callers["guardian"]

    async def stranger(self, *, changing: bool) -> Api:
        """The owner of another organization, who has changed nothing yet. `changing`: who comes next finds another."""
        caller = self._callers.get("stranger") or await self._standing.stranger()
        self._callers["stranger"] = caller
        if changing:
            del self._callers["stranger"]
        return caller

    @property
    def _standing(self) -> Stage:
        assert self._stage is not None, "Ask within `used`."
        return self._stage


@asynccontextmanager
async def shared_stage(url: str) -> AsyncIterator[SharedStage]:
    """In the database at the owner's address."""
    database, owner = Database(create_engine(url, pool_size=5)), create_engine(url, role=None, pool_size=1)
    async with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        shared = SharedStage(connection, database)
        yield shared
        await shared.strike()
    await owner.dispose()
    await database.close()
