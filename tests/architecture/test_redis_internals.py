"""What db/redis_internals.py assumes of redis-py. Each failure names the installed version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from db.redis_internals import Messages, pool_of
from db.wake_ups import connect_redis

LIBRARY = f"redis {version('redis')}"


class Subscription:
    """A subscription to a channel of its own, made by redis-py, and what `Messages` has handed over of it."""

    def __init__(self, redis: Redis, pubsub: Any) -> None:
        self.redis = redis
        self.pubsub = pubsub
        self.channel = f"test:{uuid4()}"
        self.received: list[tuple[str, str]] = []

    @property
    def connection(self) -> Any:
        return self.pubsub.connection

    async def begin(self) -> None:
        await self.pubsub.subscribe(self.channel)
        assert (await self.pubsub.get_message(timeout=5))["type"] == "subscribe"

    def read(self) -> Messages:
        return Messages(self.pubsub, lambda channel, text: self.received.append((channel, text)))

    async def publish(self, *texts: str) -> None:
        for text in texts:
            await self.redis.publish(self.channel, text)

    async def has_at_hand(self, text: bytes) -> None:
        """Wait until the text has arrived, without reading it."""
        stream = self.connection._reader
        await until(lambda: text in bytes(stream._buffer), f"{LIBRARY}: nothing is kept in the stream's buffer")

    async def has_received(self, *texts: str) -> None:
        expected = [(self.channel, text) for text in texts]
        await until(lambda: self.received == expected, f"{LIBRARY}: {self.received} instead of {expected}")


async def until(holds: Callable[[], bool], otherwise: str) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail(otherwise)


@pytest.fixture
async def subscription(redis_url: str) -> AsyncIterator[Subscription]:
    redis = connect_redis(redis_url)
    async with redis.pubsub() as pubsub:
        subscription = Subscription(redis, pubsub)
        await subscription.begin()
        yield subscription
    await redis.aclose()


async def test_messages_are_handed_over_from_the_first_to_the_last(subscription: Subscription) -> None:
    await subscription.publish("before")
    await subscription.has_at_hand(b"before")
    messages = subscription.read()
    assert subscription.received == [(subscription.channel, "before")], LIBRARY
    await subscription.publish("after", "ünd \N{SNOWMAN}")
    await subscription.has_received("before", "after", "ünd \N{SNOWMAN}")
    assert not messages.ended.done()


async def test_what_redis_py_has_read_halfway_is_not_lost(subscription: Subscription) -> None:
    await subscription.publish("first", "second")
    await subscription.has_at_hand(b"second")
    assert (await subscription.pubsub.get_message(timeout=5))["data"] == "first"
    subscription.read()
    await subscription.has_received("second")


async def test_a_connection_that_has_more_to_read_than_its_stream_takes_is_read_on(subscription: Subscription) -> None:
    texts = [f"{number:06}{'x' * 10_000}" for number in range(40)]
    transport = subscription.connection._writer.transport
    await subscription.publish(*texts)
    await until(lambda: not transport.is_reading(), f"{LIBRARY}: the stream takes everything")
    subscription.read()
    await subscription.publish("last")
    await subscription.has_received(*texts, "last")


async def test_a_message_in_pieces_is_one(subscription: Subscription) -> None:
    messages = subscription.read()
    whole = b"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\n\xc3\xbc\r\n"
    for each in whole:
        messages.data_received(bytes([each]))
    assert subscription.received == [("a", "ü")], LIBRARY


async def test_the_answer_to_a_ping_is_heard_and_is_no_message(subscription: Subscription) -> None:
    messages = subscription.read()
    began = messages.heard_at
    await subscription.pubsub.ping()
    await until(lambda: messages.heard_at > began, f"{LIBRARY}: nobody answers a ping")
    assert subscription.received == []


async def test_nonsense_ends_the_connection(subscription: Subscription) -> None:
    messages = subscription.read()
    messages.data_received(b"nonsense\r\n")
    assert isinstance(await asyncio.wait_for(messages.ended, 5), Exception), LIBRARY


async def test_a_receiver_that_fails_ends_the_connection(subscription: Subscription) -> None:
    fault = KeyError("of the receiver")

    def fail(_channel: str, _text: str) -> None:
        raise fault

    messages = Messages(subscription.pubsub, fail)
    await subscription.publish("any")
    assert await asyncio.wait_for(messages.ended, 5) is fault


async def test_the_end_of_a_connection_is_told_and_redis_py_can_close_it(subscription: Subscription) -> None:
    host, port, *_ = subscription.connection._writer.get_extra_info("sockname")
    messages = subscription.read()
    await subscription.redis.client_kill(f"{host}:{port}")
    assert isinstance(await asyncio.wait_for(messages.ended, 5), Exception), LIBRARY
    async with asyncio.timeout(5):
        await subscription.pubsub.aclose()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    redis = connect_redis(redis_url)
    yield redis
    await redis.aclose()


async def connection_of(redis: Redis) -> int:
    return int(await redis.client_id())


@pytest.mark.parametrize("turns", range(8))
async def test_a_task_that_is_cancelled_in_a_command_ends(redis: Redis, turns: int) -> None:
    async def go_on() -> None:
        while True:
            await redis.ping()

    await redis.ping()
    task = asyncio.create_task(go_on())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=2)
    assert task.done(), f"{LIBRARY}: a cancellation after {turns} turns of the loop is swallowed"


async def test_a_cancelled_task_can_send_commands_while_it_cleans_up(redis: Redis) -> None:
    async def wait_and_clean_up() -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return bool(await redis.ping())
        return False

    await redis.ping()
    task = asyncio.create_task(wait_and_clean_up())
    await asyncio.sleep(0)
    task.cancel()
    assert await task, LIBRARY


async def test_a_connection_that_the_server_ended_is_replaced(redis: Redis, redis_url: str) -> None:
    before = await connection_of(redis)
    other = connect_redis(redis_url)
    await other.client_kill_filter(_id=str(before))
    await other.aclose()
    await asyncio.sleep(0.1)
    assert await connection_of(redis) != before


async def test_a_connection_that_is_lost_in_this_very_turn_of_the_loop_is_replaced(redis: Redis) -> None:
    before = await connection_of(redis)
    connection: Any = redis.connection_pool._available_connections[0]
    # As asyncio does when reading or writing fails. It tells the stream in the next turn.
    connection._writer.transport.abort()
    assert await connection_of(redis) != before


async def test_the_answer_to_a_cancelled_command_is_not_taken_for_that_of_the_next(redis: Redis) -> None:
    pop: Any = redis.blpop([f"test:{uuid4()}"], timeout=1)
    waiting = asyncio.ensure_future(pop)
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.wait({waiting})
    await asyncio.sleep(1.1)
    assert await redis.echo("next") == "next"


async def test_a_connection_that_received_what_nobody_asked_for_is_replaced(redis: Redis) -> None:
    before = await connection_of(redis)
    connection: Any = redis.connection_pool._available_connections[0]
    connection._writer.write(b"*1\r\n$4\r\nPING\r\n")
    await until(lambda: bool(connection._reader._buffer), f"{LIBRARY}: nothing is kept in the stream's buffer")
    assert await connection_of(redis) != before


async def test_a_command_that_the_server_does_not_take_fails_in_time() -> None:
    is_over = asyncio.Event()

    async def take_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    server = await asyncio.start_server(take_nothing, "127.0.0.1", 0, limit=1024)
    port = server.sockets[0].getsockname()[1]
    options = {"socket_timeout": 0.2, "socket_connect_timeout": 10, "lib_name": None, "lib_version": None}
    silent = Redis.from_pool(pool_of(f"redis://127.0.0.1:{port}", **options))
    with pytest.raises(RedisTimeoutError, match="did not take a command"):
        await silent.set("large", "x" * 20_000_000)
    await silent.aclose()
    is_over.set()
    server.close()
