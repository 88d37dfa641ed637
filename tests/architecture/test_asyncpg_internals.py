"""What db/asyncpg_internals.py assumes of asyncpg. The failure names the installed version."""

import asyncio
import socket
from importlib.metadata import version

import asyncpg
import pytest
import uvloop

from commands.servers.start import Servers
from db.asyncpg_internals import end_transaction, watch_socket

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
