"""Measures the memory of live connections: how far the resident memory of one API process grows for each socket.

    python bench/socket_memory.py [sockets]

First the sockets are only signed in, then all of them also follow one roll sheet of 30 rows. Memory that the process
had before, and frees and uses again, is not counted, so the first sockets are opened and closed once before measuring.
It uses a temporary database on DATABASE_URL, and REDIS_URL, if they are set, otherwise embedded servers.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import bench_servers
from bench.raw_clients import Audience
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from tests.support.api_process import ApiProcess, api_process, office_token
from tests.support.factories import new_world
from tests.support.live_sheet import live_sheet
from tests.support.sockets import greeting
from tests.support.subscriber import WATCH


def resident(pid: int) -> int:
    """Return the resident memory of the process in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


async def measure(api: ApiProcess, sockets: int, *messages: object) -> float:
    """Return the kilobytes of each socket that sends these messages."""
    warming = Audience(200, *messages)
    await warming.join(api.port, answers=len(messages))
    warming.leave()
    await asyncio.sleep(2)
    before = resident(api.process.pid)
    audience = Audience(sockets, *messages)
    await audience.join(api.port, answers=len(messages))
    await asyncio.sleep(3)
    each = (resident(api.process.pid) - before) / sockets
    audience.leave()
    await asyncio.sleep(2)
    return each / 1000


async def run(database_url: str, redis_url: str, sockets: int) -> None:
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        engine = create_engine(url, role=None, pool_size=1)
        stack.push_async_callback(engine.dispose)
        owner = await stack.enter_async_context(engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        world = await new_world(owner, tokens_enabled=False)
        database = Database(create_engine(url, pool_size=2))
        stack.push_async_callback(database.close)
        names = [f"Student {number:02}" for number in range(30)]
        sheet = await stack.enter_async_context(live_sheet(database, world, redis_url, *names))
        hello = greeting(await office_token(world))
        watch = {"id": "1", "type": "subscribe", "payload": {"query": WATCH, "variables": {"id": sheet.id}}}
        for name, messages in {"signed in": (hello,), "following": (hello, watch)}.items():
            async with api_process(url, redis_url, live_connections_per_sign_in=sockets + 200) as api:
                print(f"{name:<10} {await measure(api, sockets, *messages):6.1f} kB for each of {sockets} sockets")


def main() -> None:
    sockets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with bench_servers() as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, sockets))


if __name__ == "__main__":
    main()
