"""Work of a request that is attended to: its result, its time, and a client that disconnects."""

import asyncio
from unittest.mock import patch

import pytest

from gql.protocol import attending
from gql.protocol.attending import Attendant, HungUp
from gql.protocol.errors import TimedOut


class Client:
    """A client that disconnects when it is told to. `asked` says whether anybody has listened to it."""

    def __init__(self) -> None:
        self.asked = 0
        self.has_left = asyncio.Event()

    async def receive(self) -> dict[str, object]:
        self.asked += 1
        await self.has_left.wait()
        return {"type": "http.disconnect"}


async def slow(ended: list[str]) -> str:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        ended.append("cancelled")
        raise
    return "never"


async def failing() -> str:
    raise LookupError("no such thing")


async def quick() -> str:
    return "done"


async def test_work_that_ends_soon_is_returned_without_listening_to_its_client() -> None:
    client = Client()
    assert await Attendant(5).attended(quick(), client.receive) == "done"
    with pytest.raises(LookupError, match="no such thing"):
        await Attendant(5).attended(failing(), client.receive)
    await asyncio.sleep(0)
    assert client.asked == 0


async def test_work_is_cancelled_when_its_client_leaves_and_when_its_time_is_over() -> None:
    ended: list[str] = []
    with patch.object(attending, "_FIRST_LOOK", 0.01):
        client = Client()
        asyncio.get_running_loop().call_later(0.02, client.has_left.set)
        with pytest.raises(HungUp):
            await Attendant(5).attended(slow(ended), client.receive)
        with pytest.raises(TimedOut):
            await Attendant(0.03).attended(slow(ended), Client().receive)
        with pytest.raises(TimedOut):
            await Attendant(0.001).attended(slow(ended), Client().receive)
    assert ended == ["cancelled"] * 3


async def test_work_is_cancelled_with_whoever_waits_for_it() -> None:
    ended: list[str] = []
    waiting = asyncio.ensure_future(Attendant(5).attended(slow(ended), Client().receive))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == ["cancelled"]


async def test_work_that_cannot_be_cancelled_in_time_is_left_behind() -> None:
    async def stubborn() -> str:
        for _ in range(3):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
        return "late"

    with patch.object(attending, "_PATIENCE", 0.01), pytest.raises(TimedOut):
        await Attendant(0.01).attended(stubborn(), Client().receive)
    await asyncio.sleep(0.15)
