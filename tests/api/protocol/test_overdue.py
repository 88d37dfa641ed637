"""What lasts for too long is noticed with one timer for all."""

import asyncio

import pytest

from gql.protocol.overdue import Overdue


async def test_what_has_not_ended_in_time_is_called_in_the_order_of_its_beginning() -> None:
    overdue, late = Overdue(0.05), list[str]()
    overdue.watch(lambda: late.append("first"))
    ended = overdue.watch(lambda: late.append("ended"))
    await asyncio.sleep(0.03)
    overdue.watch(lambda: late.append("second"))
    ended.end()
    assert late == []
    await asyncio.sleep(0.04)
    assert late == ["first"]
    await asyncio.sleep(0.04)
    assert late == ["first", "second"]


async def test_one_timer_is_set_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, timers = asyncio.get_running_loop(), 0
    call_at = loop.call_at

    def counted(*given: object, **named: object) -> asyncio.TimerHandle:
        nonlocal timers
        timers += 1
        return call_at(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "call_at", counted)
    overdue = Overdue(60)
    for lasting in [overdue.watch(lambda: None) for _ in range(100)]:
        lasting.end()
    assert timers == 1


async def test_one_that_fails_keeps_no_other_from_its_call() -> None:
    overdue, late = Overdue(0.01), list[str]()
    faults = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault["exception"]))
    overdue.watch(asyncio.Future().result)
    overdue.watch(lambda: late.append("second"))
    await asyncio.sleep(0.05)
    assert late == ["second"]
    assert isinstance(faults[0], asyncio.InvalidStateError)


def test_a_loop_that_has_ended_keeps_none_of_the_next_one_waiting() -> None:
    overdue, late = Overdue(0.01), list[str]()

    async def begin(name: str, seconds: float) -> None:
        overdue.watch(lambda: late.append(name))
        await asyncio.sleep(seconds)

    asyncio.run(begin("of the first", 0))
    asyncio.run(begin("of the second", 0.05))
    assert late == ["of the second"]
