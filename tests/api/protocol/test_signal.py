"""A signal and an inbox for one who waits, and a gate for many."""

import asyncio

from gql.protocol.signal import Gate, Inbox, Signal


async def test_a_signal_wakes_whoever_waits_and_stays_set_until_it_is_cleared() -> None:
    signal = Signal()
    waiting = asyncio.ensure_future(signal.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    signal.set()
    signal.set()
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(signal.wait(), 5)
    signal.clear()
    waiting = asyncio.ensure_future(signal.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    # Nobody waits any more, and whoever comes next is told.
    signal.set()
    await asyncio.wait_for(signal.wait(), 5)


async def test_an_inbox_hands_out_everything_in_order_also_after_a_cancelled_reader() -> None:
    inbox = Inbox[int]()
    reading = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    reading = asyncio.ensure_future(inbox.get())
    await asyncio.sleep(0)
    for number in (1, 2, 3):
        inbox.put_nowait(number)
    assert [await asyncio.wait_for(reading, 5), await inbox.get(), inbox.empty()] == [1, 2, False]
    assert [await inbox.get(), inbox.empty()] == [3, True]


async def test_a_gate_lets_everybody_through_who_waited_and_waits_again_when_it_is_closed() -> None:
    gate = Gate()
    await asyncio.wait_for(gate.wait(), 5)
    gate.clear()
    gate.clear()
    waiting = [asyncio.ensure_future(gate.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not gate.is_set()
    # One that gives up takes nothing from the others.
    waiting[0].cancel()
    await asyncio.sleep(0)
    gate.set()
    gate.clear()
    await asyncio.wait_for(asyncio.gather(*waiting[1:]), 5)
    late = asyncio.ensure_future(gate.wait())
    await asyncio.sleep(0)
    assert not late.done()
    gate.set()
    await asyncio.wait_for(late, 5)
    assert gate.is_set()
