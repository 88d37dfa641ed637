"""Connections of importers that stay open, so that PostgreSQL does not read its catalogues and plan anew each time.

An import opens a connection of its own and closes it. A new one costs PostgreSQL more computing than the rows of a
small school do, and the tests import hundreds of small schools.
"""

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg

from db.asyncpg_internals import Connection


class Kept(Connection):
    """A connection that is put back as new when it is closed, unless it was lost."""

    __slots__ = ("coded", "free")

    async def set_type_codec(self, typename: str, *, schema: str = "public", **how: Any) -> None:
        await super().set_type_codec(typename, schema=schema, **how)
        self.coded.add((typename, schema))

    async def close(self, *, timeout: float | None = None) -> None:
        try:
            await self.reset(timeout=timeout or 5)
            while self.coded:
                typename, schema = self.coded.pop()
                await self.reset_type_codec(typename, schema=schema)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, asyncio.CancelledError):
            self.terminate()
            raise
        self.free.append(self)


class KeptConnections:
    """The module `asyncpg` for an importer, whose `connect` hands out a connection that is kept if one is free."""

    def __init__(self) -> None:
        self._free: dict[tuple[str, tuple[tuple[str, str], ...]], list[Kept]] = defaultdict(list)

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncpg, name)

    async def connect(self, url: str, *, server_settings: dict[str, str] | None = None) -> asyncpg.Connection:
        free = self._free[url, tuple(sorted((server_settings or {}).items()))]
        while free:
            if not (connection := free.pop()).is_closed():
                return connection
        connection = await asyncpg.connect(
            url,
            server_settings=server_settings,
            connection_class=Kept,
            # An import has more statements than the usual 100, so that it would find none of them prepared.
            statement_cache_size=1000,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
        )
        connection.coded, connection.free = set(), free
        return connection

    def terminate(self) -> None:
        for free in self._free.values():
            for connection in free:
                connection.terminate()
        self._free.clear()
