"""How fast an open roll sheet hears of a change: from the commit to the last of many subscribers, over real sockets.

    python bench/live_roll_sheet.py [subscribers] [events]

One API process; the subscribers and the writer share this process. Told are milliseconds from the end of the writer's
transaction: of each event's last delivery the median, of all deliveries the 99th percentile; and the API process's CPU
time for an event. Once with one changed row of 30, once with all 30. On DATABASE_URL and REDIS_URL if they are set (in
a database of its own that is dropped again), else on embedded servers.
"""

import asyncio
import itertools
import os
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
import structlog
from websockets.asyncio.client import ClientConnection, connect

from attendance.rules.vocabulary import AttendanceStatus
from db.embedded.servers import Servers, locked, start_servers
from db.engine import Database, create_engine
from db.migrate import upgrade
from db.scratch import scratch_database
from settings import asyncpg_url
from tests.factories import new_world
from tests.live import WATCH, Api, api_process, init, office_token
from tests.live_sheet import LiveSheet, live_sheet

ROWS = 30
TURNS = itertools.cycle([AttendanceStatus.PRESENT, AttendanceStatus.TARDY, AttendanceStatus.LEFT_EARLY])


@dataclass
class Audience:
    """All subscribers. What they receive is counted and not read, so that the server is measured and not they."""

    size: int
    bytes: int = 0
    arrivals: list[float] = field(default_factory=list)
    everybody: asyncio.Event = field(default_factory=asyncio.Event)

    def expect(self) -> None:
        self.arrivals = []
        self.everybody.clear()

    async def listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            self.arrivals.append(time.perf_counter())
            self.bytes = len(text)
            if len(self.arrivals) == self.size:
                self.everybody.set()

    async def heard(self) -> list[float]:
        async with asyncio.timeout(60):
            await self.everybody.wait()
        return self.arrivals


async def join(stack: AsyncExitStack, api: Api, token: str, sheet: LiveSheet, audience: Audience) -> None:
    """Subscribe one after the other, and wait until everybody has the roll sheet's state."""
    audience.expect()
    for _ in range(audience.size):
        socket = await stack.enter_async_context(
            connect(api.ws, subprotocols=["graphql-transport-ws"], max_size=None, ping_interval=None)  # type: ignore[list-item]
        )
        await socket.send(orjson.dumps(init(token)).decode())
        await socket.recv()
        payload = {"query": WATCH, "variables": {"id": sheet.id}}
        await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
        listening = asyncio.create_task(audience.listen(socket))
        stack.callback(listening.cancel)
    await audience.heard()


async def measure(api: Api, sheet: LiveSheet, audience: Audience, events: int, names: list[str]) -> None:
    last, every = [], []
    cpu = await api.figure("process_cpu_seconds_total")
    for _ in range(events):
        audience.expect()
        # Never what was there before: that would be no change.
        status = next(TURNS)
        await sheet.submit(**dict.fromkeys(names, status))
        committed = time.perf_counter()
        delays = [arrived - committed for arrived in await audience.heard()]
        last.append(max(delays))
        every += delays
    cpu = (await api.figure("process_cpu_seconds_total")) - cpu
    print(
        f"{len(names):>2} changed rows, {audience.bytes / 1000:.1f} kB each: "
        f"last delivery {1000 * statistics.median(last):.0f} ms median; "
        f"any delivery {1000 * statistics.quantiles(every, n=100)[98]:.0f} ms p99; "
        f"server CPU {1000 * cpu / events:.0f} ms an event"
    )


async def run(database_url: str, redis_url: str, subscribers: int, events: int) -> None:
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        owner_engine = create_engine(url, role=None, pool_size=1)
        owner = await stack.enter_async_context(owner_engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        world = await new_world(owner, tokens_enabled=False)
        database = Database(create_engine(url, pool_size=2))
        names = [f"Student {number:02}" for number in range(ROWS)]
        sheet = await stack.enter_async_context(live_sheet(database, world, redis_url, *names))
        api = await stack.enter_async_context(api_process(url, redis_url))
        audience = Audience(subscribers)
        await join(stack, api, await office_token(world), sheet, audience)
        print(f"{subscribers} subscribers of one roll sheet of {ROWS} rows, {events} events")
        await measure(api, sheet, audience, 5, names)
        for changed in (names[:1], names):
            await measure(api, sheet, audience, events, changed)
        await owner.close()
        await owner_engine.dispose()
        await database.close()


def main() -> None:
    subscribers = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    folder = Path(tempfile.mkdtemp(prefix="rollbook-bench-"))
    folder.chmod(0o711)
    given = os.environ.get("DATABASE_URL")
    with locked(folder):
        servers: Servers = start_servers(
            folder,
            durable=False,
            database_url=asyncpg_url(given) if given else None,
            redis_url=os.environ.get("REDIS_URL") or None,
        )
        try:
            asyncio.run(run(servers.database_url, servers.redis_url, subscribers, events))
        finally:
            servers.stop()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
