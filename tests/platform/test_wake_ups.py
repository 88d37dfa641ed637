"""Wake-ups leave at once, but those that follow closely, and those for workers, leave together."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from attendance.rules.vocabulary import TokenRunPhase
from db.wake_ups import Announcer, FeedGrew, RollSheetChanged, TaskChanged, TaskQueued, TokenRunArmed, WakeUp
from tests.support.factories import LONG_AGO

GYM, SLOT, DAY = UUID(int=1), UUID(int=2), date(2026, 11, 16)
CHANGED = RollSheetChanged(GYM, SLOT, DAY, 1)
ARMED = TokenRunArmed(GYM, SLOT, DAY, TokenRunPhase.AFTER_CLASS, LONG_AGO)
QUEUED, MOVED = TaskQueued(GYM, UUID(int=3)), TaskChanged(GYM, UUID(int=3))


async def test_those_for_workers_leave_in_one_batch_and_the_first_of_the_others_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.wake_ups._APART_SECONDS", 0.5)
    at_once: list[list[WakeUp]] = []
    here: list[WakeUp] = []
    together: list[list[WakeUp]] = []
    left = asyncio.Event()

    async def live(batch: Sequence[WakeUp]) -> None:
        at_once.append(list(batch))

    async def workers(batch: Sequence[WakeUp]) -> None:
        together.append(list(batch))
        left.set()

    announcer = Announcer(live, here=[here.append], patient=[workers])
    announcer.start()
    announced: list[list[WakeUp]] = [[CHANGED, ARMED], [QUEUED, MOVED], [FeedGrew(GYM)]]
    for wake_ups in announced:
        announcer.announce(wake_ups)
        assert here[-1] in wake_ups
        for _ in range(5):
            await asyncio.sleep(0)
    assert (at_once, together) == ([[CHANGED]], [])
    async with asyncio.timeout(5):
        await left.wait()
    announcer.announce([ARMED, MOVED])
    await announcer.close()
    assert at_once == [[CHANGED], [MOVED, FeedGrew(GYM), MOVED]]
    assert together == [[ARMED, QUEUED], [ARMED]]
    assert here == [CHANGED, MOVED, FeedGrew(GYM), MOVED]


async def test_without_patient_sinks_all_leave_at_once() -> None:
    received: list[WakeUp] = []

    async def takes(batch: Sequence[WakeUp]) -> None:
        received.extend(batch)

    announcer = Announcer(takes)
    announcer.start()
    announcer.announce([CHANGED, ARMED, QUEUED])
    await announcer.close()
    assert received == [CHANGED, ARMED, QUEUED]


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

    announcer = Announcer(fails, takes, patient=[fails, takes])
    announcer.start()
    announcer.announce([QUEUED, MOVED])
    await announcer.close()
    assert sorted(received, key=[MOVED, QUEUED].index) == [MOVED, QUEUED]
