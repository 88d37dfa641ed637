"""Long plain work takes turns: others run in between, and every piece is done."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

import pace


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "TURN", 0.002)


def compute(seconds: float = 0.001) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


async def piece() -> int:
    await pace.turn()
    compute()
    return 1


async def test_others_run_between_the_pieces_of_many_tasks() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    looking = asyncio.ensure_future(other())
    assert await asyncio.gather(*(piece() for _ in range(60))) == [1] * 60
    looking.cancel()
    assert turns >= 15


async def test_items_are_yielded_in_their_order_over_several_turns() -> None:
    turns: list[int] = []

    async def other() -> None:
        while True:
            turns.append(len(found))
            await asyncio.sleep(0)

    found: list[int] = []
    looking = asyncio.ensure_future(other())
    async for item in pace.in_turns(range(30)):
        compute()
        found.append(item)
    looking.cancel()
    assert found == list(range(30))
    assert len(set(turns)) >= 8


async def test_pieces_that_are_cancelled_do_not_hold_up_the_others() -> None:
    tasks = [asyncio.ensure_future(piece()) for _ in range(80)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for task in tasks[2:60]:
        task.cancel()
    results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
    assert results[60:] == [1] * 20


async def test_each_turn_lets_at_least_one_piece_go_on_however_busy_the_loop_is() -> None:
    async def busy() -> None:
        while True:
            pace.is_over()
            compute(0.004)
            await asyncio.sleep(0)

    load = asyncio.ensure_future(busy())
    await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.gather(*(piece() for _ in range(30))), 5) == [1] * 30
    load.cancel()


def test_without_a_loop_no_turn_is_ever_over() -> None:
    assert not pace.is_over()
    compute(0.004)
    assert not pace.is_over()


async def test_all_that_repeats_at_the_beat_is_called_together_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "_BEAT_MS", 5)
    told: list[str] = []
    done = asyncio.Event()

    def end(late: float) -> None:
        told.append("third")
        assert 0 <= late < 1
        if told.count("third") == 2:
            done.set()

    def fail(_: float) -> None:
        raise OSError("a look that fails")

    faults: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context["exception"]))
    stops = [pace.at_beat(fail), pace.at_beat(lambda _: told.append("first")), pace.at_beat(end, 3)]
    await asyncio.wait_for(done.wait(), 5)
    # Other tests have the same loop.
    loop.set_exception_handler(None)
    for stop in stops:
        stop()
        stop()
    assert told.count("first") in (told.count("third") * 3 + more for more in (-2, -1, 0))
    assert [type(fault) for fault in faults] == [OSError] * told.count("first")
    before = list(told)
    await asyncio.sleep(0.03)
    assert told == before


async def test_an_idle_process_is_woken_five_times_a_second() -> None:
    loop, struck = asyncio.get_running_loop(), asyncio.Semaphore(0)
    began = loop.time()
    stop = pace.at_beat(lambda _: struck.release())
    for _ in range(5):
        await asyncio.wait_for(struck.acquire(), 5)
    stop()
    assert loop.time() - began > 0.8


@pytest.mark.parametrize("beats", [1, 2, 0.05])
def test_timers_that_repeat_often_end_together(beats: float, monkeypatch: pytest.MonkeyPatch) -> None:
    period = 100 * beats
    for began in range(1000):
        now = 12_345.0 + began / 1000
        monkeypatch.setattr(asyncio, "get_running_loop", lambda now=now: SimpleNamespace(time=lambda: now))
        delay = pace.until_beat(beats / 10)
        monkeypatch.undo()
        ends = round(1000 * (now + delay))
        assert ends % period == 0
        # One that ended a little early does not end again at once.
        assert period / 4 <= round(1000 * delay) <= 5 * period / 4
