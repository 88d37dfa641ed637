"""The launcher of the embedded servers."""

import asyncpg
from redis.asyncio import Redis

from db.embedded.servers import Servers


async def test_both_servers_answer(servers: Servers) -> None:
    connection = await asyncpg.connect(servers.database_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetchval("SELECT 1") == 1
    finally:
        await connection.close()
    async with Redis.from_url(servers.redis_url) as redis:
        assert await redis.ping() is True
