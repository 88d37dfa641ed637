"""What db/redis_internals.py assumes of redis-py. Each failure names the installed version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from db.redis_internals import Messages, Publisher
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
    async with asyncio.timeout(0.5):
        await subscription.pubsub.aclose()


class Office:
    """A publisher, and a subscription that receives what it publishes."""

    def __init__(self, subscription: Subscription, patience: float = 5.0) -> None:
        self.subscription = subscription
        self.publisher = Publisher(subscription.redis, patience)
        subscription.read()

    async def publish(self, *texts: str) -> None:
        await self.publisher.publish([(self.subscription.channel, text) for text in texts])

    async def addresses(self) -> set[str]:
        """Of all connections to Redis that this client has made."""
        pool: Any = self.subscription.redis.connection_pool
        sockets = [each._writer.get_extra_info("sockname") for each in pool._in_use_connections if each._writer]
        return {f"{host}:{port}" for host, port, *_ in sockets}


async def test_what_is_published_arrives_in_its_order_on_one_connection(subscription: Subscription) -> None:
    office = Office(subscription)
    await office.publish("first", "ünd \N{SNOWMAN}")
    before = await office.addresses()
    await asyncio.gather(office.publish("third"), office.publish("fourth"))
    await subscription.has_received("first", "ünd \N{SNOWMAN}", "third", "fourth")
    assert await office.addresses() == before, LIBRARY


async def test_a_connection_that_redis_has_closed_is_not_written_to(subscription: Subscription) -> None:
    office = Office(subscription)
    known = await office.addresses()
    await office.publish("before")
    (own,) = await office.addresses() - known
    await subscription.redis.client_kill(own)
    publishing: Any = office.publisher._publishing
    await asyncio.wait_for(publishing.ended, 5)
    await office.publish("after")
    await subscription.has_received("before", "after")
    assert own not in await office.addresses()
    assert len(await office.addresses() - known) == 1, "the lost one is given back"


async def test_a_redis_that_does_not_answer_fails_and_is_asked_on_another_connection(
    subscription: Subscription,
) -> None:
    office = Office(subscription, patience=0.2)
    await office.publish("before")
    await subscription.redis.client_pause(1000)
    with pytest.raises(TimeoutError):
        await office.publish("lost or late")
    await asyncio.sleep(1.0)
    await office.publish("after")
    await until(lambda: bool(subscription.received) and subscription.received[-1][1] == "after", LIBRARY)


async def test_what_redis_refuses_fails(subscription: Subscription) -> None:
    office = Office(subscription)
    await office.publish("before")
    publishing: Any = office.publisher._publishing
    taken = publishing.write([(subscription.channel, "any")])
    publishing.data_received(b"-NOPERM no permission\r\n")
    with pytest.raises(Exception, match="no permission"):
        await taken
    await office.publish("after")
    await until(lambda: subscription.received[-1][1] == "after", LIBRARY)
