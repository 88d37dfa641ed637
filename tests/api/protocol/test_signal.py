"""A signal and an inbox for one who waits."""

import asyncio

from gql.protocol.signal import Inbox, Signal


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
