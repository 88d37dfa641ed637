"""The connection to Redis, cut or frozen: it is made again, and what was missed meanwhile is looked for at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from db.engine import Database
from db.roster.roll_sheet_changes import RollSheet
from db.wake_ups import ROLL_SHEETS, RollSheetChanged, connect_redis
from gql.live.hub import Hub
from gql.live.listener import Listener
from tests.support.api_process import until
from tests.support.factories import World


@dataclass
class Proxy:
    """Stands between a client and Redis; `frozen` connections stay open and carry nothing any more.

    subscribed -- the numbers of the connections whose subscription Redis has confirmed
    """

    port: int
    connections: int = 0
    subscribed: set[int] = field(default_factory=set)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    frozen: set[int] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers += [writer, to_writer]
        await asyncio.gather(self._pump(reader, to_writer, number), self._pump(to_reader, writer, number))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, number: int) -> None:
        with closing(target):
            while data := await source.read(65536):
                if b"\nsubscribe\r" in data:
                    self.subscribed.add(number)
                if number not in self.frozen:
                    target.write(data)

    def freeze(self) -> None:
        self.frozen = set(range(1, self.connections + 1))

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


@dataclass(frozen=True)
class Numbered:
    revision: int


class Comparing(Hub[Numbered]):
    """Counts how often it has compared, which the listener lets it do at the beginning of each connection."""

    compared = 0

    async def compare(self) -> None:
        await super().compare()
        self.compared += 1


@dataclass
class Listening:
    """A hub that listens through the proxy, with one roll sheet open at revision 0."""

    proxy: Proxy
    redis_url: str
    sheet: RollSheet
    reads: list[int] = field(default_factory=list)
    hub: Comparing = field(init=False)

    async def read(self, _: RollSheet, after: int) -> Sequence[Numbered]:
        self.reads.append(after)
        return [Numbered(after + 1)]

    async def hears(self, connection: int) -> None:
        """Wait until the hub listens over this connection and has looked for what it missed before. Other processes may
        listen to the same server.
        """
        await until(lambda: connection in self.proxy.subscribed and self.hub.compared >= connection, 10)

    async def publish(self, revision: int) -> None:
        wake_up = RollSheetChanged(
            self.sheet.organization_id, self.sheet.key.timeslot_id, self.sheet.key.held_on, revision
        )
        async with Redis.from_url(self.redis_url) as redis:
            await redis.publish(ROLL_SHEETS, wake_up.encode())

    async def has_read(self, *expected: int) -> None:
        await until(lambda: self.reads == list(expected), 10)


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[tuple[Proxy, str]]:
    address = urlsplit(url)
    proxy = Proxy(address.port or 6379)
    server = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, address._replace(netloc=f":{address.password or ''}@127.0.0.1:{port}").geturl()
    finally:
        proxy.cut()
        server.close()


@pytest.fixture
async def listening(database: Database, world: World, redis_url: str) -> AsyncIterator[Listening]:
    lesson = await world.weekly_class()
    sheet = RollSheet(world.organization_id, lesson.key())
    async with proxy_to(redis_url) as (proxy, through_proxy):
        listening = Listening(proxy, redis_url, sheet)
        hub = listening.hub = Comparing(database, listening.read, page=200)
        redis = connect_redis(through_proxy)
        listener = Listener(redis, hub, silence_seconds=0.5)
        with hub.watch(sheet) as watcher:
            hub.follow(sheet, watcher, 0)
            listener.start()
            yield listening
            await listener.close()
        await hub.close()
        await redis.aclose()


async def test_R10_2_wake_ups_are_heard(listening: Listening) -> None:
    await listening.hears(1)
    await listening.publish(1)
    await listening.has_read(0)


async def test_R10_2_quiet_hours_are_no_silence(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    ping, pinged = PubSub.ping, 0

    async def ping_slowly(pubsub: PubSub) -> None:
        """Return before the answer or, each second time, after it has arrived."""
        nonlocal pinged
        pinged += 1
        await ping(pubsub)
        await asyncio.sleep(0.1 * (pinged % 2))

    monkeypatch.setattr(PubSub, "ping", ping_slowly)
    await listening.hears(1)
    await asyncio.sleep(2)
    assert pinged > 1
    assert listening.proxy.connections == 1
    await listening.publish(1)
    await listening.has_read(0)


async def test_R10_2_a_connection_that_was_cut_is_made_again(listening: Listening, world: World) -> None:
    await listening.hears(1)
    await world.occurrence(listening.sheet.key.timeslot_id, revision=1)
    listening.proxy.cut()
    # Nobody publishes revision 1 any more: it is found by comparing, once the connection is back.
    await listening.has_read(0)
    await listening.hears(2)
    await listening.publish(2)
    await listening.has_read(0, 1)


async def test_R10_2_a_redis_that_fell_silent_is_given_up(listening: Listening, world: World) -> None:
    await listening.hears(1)
    await world.occurrence(listening.sheet.key.timeslot_id, revision=1)
    listening.proxy.freeze()
    await listening.has_read(0)
    assert listening.proxy.connections > 1
