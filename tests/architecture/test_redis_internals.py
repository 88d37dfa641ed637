"""What gql/live/redis_internals.py assumes of redis-py. Each failure names the installed version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from db.wake_ups import connect_redis
from gql.live.redis_internals import Messages

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
    async with asyncio.timeout(0.5):
        await subscription.pubsub.aclose()
