"""The first wake-up leaves at once, and those that follow closely leave together."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from attendance.rules.vocabulary import TokenRunPhase
from db.wake_ups import (
    FEEDS,
    ROLL_SHEETS,
    Announcer,
    FeedGrew,
    RollSheetChanged,
    TaskChanged,
    TaskQueued,
    TokenRunArmed,
    WakeUp,
    connect_redis,
    heard_in,
    to_processes,
)
from tests.support.factories import LONG_AGO

GYM, SLOT, DAY = UUID(int=1), UUID(int=2), date(2026, 11, 16)
CHANGED = RollSheetChanged(GYM, SLOT, DAY, 1)
ARMED = TokenRunArmed(GYM, SLOT, DAY, TokenRunPhase.AFTER_CLASS, LONG_AGO)
QUEUED, MOVED = TaskQueued(GYM, UUID(int=3)), TaskChanged(GYM, UUID(int=3))
LOST = "rollbook_wake_ups_lost_total"


async def test_the_first_leaves_at_once_and_those_that_follow_closely_leave_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.wake_ups._APART_SECONDS", 0.5)
    received: list[list[WakeUp]] = []
    here: list[WakeUp] = []
    again = asyncio.Event()

    async def takes(batch: Sequence[WakeUp]) -> None:
        received.append(list(batch))
        if len(received) == 2:
            again.set()

    announcer = Announcer(takes, here=[here.append])
    announcer.start()
    announced: list[list[WakeUp]] = [[CHANGED, ARMED], [QUEUED, MOVED], [FeedGrew(GYM)]]
    for wake_ups in announced:
        announcer.announce(wake_ups)
        assert here[-1] in wake_ups
        for _ in range(5):
            await asyncio.sleep(0)
    assert received == [[CHANGED, ARMED]]
    async with asyncio.timeout(5):
        await again.wait()
    announcer.announce([ARMED, MOVED])
    await announcer.close()
    assert received == [[CHANGED, ARMED], [QUEUED, MOVED, FeedGrew(GYM)], [ARMED, MOVED]]
    assert here == [CHANGED, MOVED, FeedGrew(GYM), MOVED]


async def test_those_of_a_batch_are_published_in_one_message_and_heard_one_by_one(redis_url: str) -> None:
    batch: list[WakeUp] = [CHANGED, FeedGrew(GYM), replace(CHANGED, revision=2), QUEUED, FeedGrew(GYM), CHANGED]
    messages: list[tuple[str, str]] = []
    redis = connect_redis(redis_url)
    async with redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(ROLL_SHEETS, FEEDS)
        await to_processes(redis)(batch)
        for _ in range(4):
            answer = await pubsub.get_message(timeout=5)
            assert answer is not None
            if answer["type"] == "message":
                messages.append((answer["channel"], answer["data"]))
    assert [channel for channel, _ in messages] == [ROLL_SHEETS, FEEDS]
    heard = [list(heard_in(channel, text)) for channel, text in messages]
    assert heard == [[CHANGED, replace(CHANGED, revision=2)], [FeedGrew(GYM)]]


def test_what_is_no_wake_up_does_not_keep_others_from_being_heard() -> None:
    assert list(heard_in(ROLL_SHEETS, f"nonsense\n{CHANGED.encode()}\n1:2:3:4\n")) == [CHANGED]


async def test_what_comes_while_redis_is_away_is_dropped_once_too_much_waits() -> None:
    received: list[WakeUp] = []

    async def takes(batch: Sequence[WakeUp]) -> None:
        received.extend(batch)

    announcer = Announcer(takes, capacity=3)
    lost = REGISTRY.get_sample_value(LOST) or 0
    announced: list[list[WakeUp]] = [[CHANGED, ARMED], [QUEUED, MOVED], [CHANGED]]
    for wake_ups in announced:
        announcer.announce(wake_ups)
    announcer.start()
    await announcer.close()
    assert received == [CHANGED, ARMED, QUEUED]
    assert REGISTRY.get_sample_value(LOST) == lost + 2


async def test_what_this_process_cannot_hear_leaves_all_the_same_and_what_comes_with_it_is_heard() -> None:
    received: list[WakeUp] = []
    here: list[WakeUp] = []

    def fails(wake_up: WakeUp) -> None:
        if wake_up is MOVED:
            raise LookupError
        here.append(wake_up)

    async def takes(batch: Sequence[WakeUp]) -> None:
        received.extend(batch)

    announcer = Announcer(takes, here=[fails])
    announcer.start()
    announcer.announce([MOVED, CHANGED])
    await announcer.close()
    assert received == [MOVED, CHANGED]
    assert here == [CHANGED]


async def test_what_a_sink_cannot_take_does_not_reach_the_others_late() -> None:
    received: list[WakeUp] = []

    async def fails(_: Sequence[WakeUp]) -> None:
        raise ConnectionError

    async def takes(batch: Sequence[WakeUp]) -> None:
        received.extend(batch)

    announcer = Announcer(fails, takes)
    announcer.start()
    announcer.announce([QUEUED, MOVED])
    await announcer.close()
    assert received == [QUEUED, MOVED]
