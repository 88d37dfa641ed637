"""This process's one connection to Redis, which receives the wake-ups for everything that is followed."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from db.redis_internals import Messages
from db.wake_ups import LIVE, Live, heard_in

log = structlog.get_logger("rollbook.live")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0


class Followed(Protocol):
    """A receiver of wake-ups in this process: a hub or the task board."""

    def start(self) -> None: ...

    async def close(self) -> None: ...

    def heard(self, wake_up: Live) -> None: ...

    async def compare(self) -> None:
        """Find the changes that no wake-up announced."""


@asynccontextmanager
async def listening(redis: Redis, *hubs: Followed) -> AsyncIterator[None]:
    """Run the hubs and their listener for the lifetime of the process."""
    listener = Listener(redis, *hubs)
    for hub in hubs:
        hub.start()
    listener.start()
    try:
        yield
    finally:
        await listener.close()
        for hub in hubs:
            await hub.close()


class Listener:
    """Receives the wake-ups of all processes, and reconnects by itself when Redis is back."""

    def __init__(self, redis: Redis, *hubs: Followed, silence_seconds: float = 5.0) -> None:
        """silence_seconds -- after this time without a message, Redis is pinged; after the same time again, the
        connection is given up
        """
        self._redis = redis
        self._hubs = hubs
        self._silence = silence_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start listening. Call it once, in the lifespan: two tasks would read from one connection."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="listen-to-roll-sheets")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen_for_ever(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(*LIVE)
                    for _ in LIVE:
                        await pubsub.get_message(timeout=self._silence)
                    messages = Messages(pubsub, self._wake)
                    pause = _FIRST_PAUSE
                    # Only from here on can no message be missed. `compare` finds what was announced before.
                    for hub in self._hubs:
                        await hub.compare()
                    await self._wait(pubsub, messages)
            except Exception as fault:
                log.warning("redis_not_heard", fault=fault)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads processes over time
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _wait(self, pubsub: PubSub, messages: Messages) -> None:
        """Wait until the connection ends or is silent for too long, and raise why."""
        is_waiting_for_pong, loop = False, asyncio.get_running_loop()
        heard_at = messages.heard_at
        while True:
            silent_at = (loop.time() if is_waiting_for_pong else heard_at) + self._silence
            has_ended, _ = await asyncio.wait({messages.ended}, timeout=silent_at - loop.time())
            if has_ended:
                raise messages.ended.result()
            if messages.heard_at != heard_at:
                heard_at, is_waiting_for_pong = messages.heard_at, False
            elif is_waiting_for_pong:
                raise TimeoutError("Redis did not answer a ping")
            else:
                # The answer can arrive before this returns.
                await pubsub.ping()
                is_waiting_for_pong = True

    def _wake(self, channel: str, text: str) -> None:
        for wake_up in heard_in(channel, text):
            for hub in self._hubs:
                hub.heard(wake_up)
