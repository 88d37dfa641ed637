"""What db/asyncpg_internals.py assumes of asyncpg. The failure names the installed version."""

import asyncio
import socket
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import uvloop

from commands.servers.start import Servers
from db.asyncpg_internals import Connection, DriversUUID, end_transaction, watch_socket

LIBRARY = f"asyncpg {version('asyncpg')}"


async def keep_alive(url: str) -> tuple[int, int]:
    """The option of the socket before and after `watch_socket`."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        found = connection._transport.get_extra_info("socket")
        before = found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        watch_socket(connection)
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000, LIBRARY
        return before, found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    finally:
        await connection.close()


@pytest.mark.parametrize("policy", [asyncio.DefaultEventLoopPolicy, uvloop.EventLoopPolicy])
def test_the_socket_of_a_connection_can_be_set(servers: Servers, policy: type[asyncio.DefaultEventLoopPolicy]) -> None:
    loop = policy().new_event_loop()
    try:
        assert loop.run_until_complete(keep_alive(servers.database_url)) == (0, 1), LIBRARY
    finally:
        loop.close()


async def test_whoever_comes_after_a_cancelled_statement_finds_no_transaction(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    try:
        await connection.transaction().start()
        napping = asyncio.ensure_future(connection.execute("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.05)
        napping.cancel()
        await asyncio.gather(napping, return_exceptions=True)
        async with asyncio.timeout(20):
            await end_transaction(connection, 5)
        assert not connection.is_in_transaction(), LIBRARY
        async with connection.transaction(isolation="serializable"):
            assert await connection.fetchval("SHOW transaction_isolation") == "serializable", LIBRARY
        await end_transaction(connection, 5)
    finally:
        await connection.close()


async def test_only_the_first_connection_of_a_process_asks_what_a_built_in_type_is(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A type of the database itself may be another one elsewhere, so each connection asks about it."""
    asked: list[int] = []
    ask = asyncpg.Connection._introspect_types

    async def counted(self: asyncpg.Connection, typeoids: Iterable[int], seconds: float | None) -> Any:
        asked.extend(typeoids)
        return await ask(self, typeoids, seconds)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", counted)
    monkeypatch.setattr("db.asyncpg_internals._built_in_types", {})
    built_in = "SELECT $1::uuid[] AS ids, $2::date[] AS days, $3::int4range AS numbers"
    given = ([UUID(int=1)], [date(2026, 11, 16), None], asyncpg.Range(1, 5))
    found = []
    # Without a cache, the statement has no name, and asking makes the server forget it.
    for cache_size in (0, 100, 0):
        connection = await asyncpg.connect(
            servers.database_url.replace("+asyncpg", ""),
            connection_class=Connection,
            statement_cache_size=cache_size,
        )
        try:
            assert tuple(await connection.fetchrow(built_in, *given)) == given, LIBRARY
            assert await connection.fetchval("SELECT '{1,2}'::information_schema.cardinal_number[]") == [1, 2], LIBRARY
        finally:
            await connection.close()
        found.append([*sorted(oid for oid in asked if oid < 10_000), sum(oid >= 10_000 for oid in asked)])
        asked.clear()
    assert found == [[1182, 2951, 3904, 1], [1], [1]], LIBRARY


def test_an_id_of_the_driver_is_one_of_the_standard_library() -> None:
    text = "0190a4f0-5b1c-7c3d-8e2f-1a2b3c4d5e6f"
    mine, other = DriversUUID(text), UUID(text)
    assert isinstance(mine, UUID), LIBRARY
    assert mine == other, LIBRARY
    assert other == mine, LIBRARY
    assert {mine: 1}[other] == {other: 1}[mine] == 1, LIBRARY
    assert str(mine) == text, LIBRARY
    assert mine != UUID(int=1), LIBRARY
    with pytest.raises(ValueError, match="invalid UUID"):
        DriversUUID("no id")
