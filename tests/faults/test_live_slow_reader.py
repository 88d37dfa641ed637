"""One client that stops reading keeps nobody waiting, and gets the state when it reads on (R10.5)."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from attendance.rules.vocabulary import AttendanceStatus
from clock import wall_clock
from db.engine import Database
from tests.support.api_process import api_process, office_token
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.sockets import connected
from tests.support.subscriber import ENTRY, Subscriber, subscriber

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
OTHERS = 20
MARKS = 150
# Some 90 kB an event: what lies between the two ends of a connection is soon full.
ROSTERS = "\n".join(f"r{number}: roster {{ {ENTRY} }}" for number in range(25))
LARGE = f"""
subscription Watch($id: ID!, $after: Int) {{
  rollSheetChanged(occurrenceId: $id, afterRevision: $after) {{
    revision kind removedEntryIds entries {{ {ENTRY} }} occurrence {{ {ROSTERS} }}
  }}
}}
"""


@pytest.fixture
async def sheet(database: Database, world: World, redis_url: str) -> AsyncIterator[LiveSheet]:
    await world.change_settings(tokens_enabled=False)
    async with live_sheet(database, world, redis_url, *(f"Ann{number}" for number in range(10))) as sheet:
        yield sheet
        await assert_sound(world, now=wall_clock())


async def mark(sheet: LiveSheet, clients: list[Subscriber], first: int, count: int) -> list[float]:
    """So many marks; of each the seconds from the call to the last of the clients."""
    seconds = []
    for revision in range(first, first + count):
        began = time.monotonic()
        await sheet.submit(Ann0=PRESENT if revision % 2 else ABSENT)
        await asyncio.gather(*(client.reached(revision) for client in clients))
        seconds.append(time.monotonic() - began)
    return seconds


async def test_R10_5_a_reader_that_stops_delays_nobody_and_gets_the_state(
    database_url: str, redis_url: str, sheet: LiveSheet, world: World
) -> None:
    token = await office_token(world)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_process(database_url, redis_url, socket_send_timeout=60))
        others = [await stack.enter_async_context(subscriber(api, token, sheet.id)) for _ in range(OTHERS)]
        for client in others:
            await client.heard(1)
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", api.port))
        narrow.setblocking(False)
        stuck = await stack.enter_async_context(connected(api.ws, token, sock=narrow, max_queue=1))
        before = sorted(await mark(sheet, others, 1, 10))
        await stuck.subscribe(LARGE, id=sheet.id)
        state = (await stuck.receive())["payload"]["data"]["rollSheetChanged"]
        assert (state["kind"], state["revision"]) == ("SNAPSHOT", 10)
        memory = await api.figure("process_resident_memory_bytes")
        during = sorted(await mark(sheet, others, 11, MARKS))
        grown = await api.figure("process_resident_memory_bytes") - memory
        told = [(state["kind"], state["revision"])]
        async with asyncio.timeout(30):
            while told[-1][1] < 10 + MARKS:
                event = (await stuck.receive())["payload"]["data"]["rollSheetChanged"]
                told.append((event["kind"], event["revision"]))
    print(
        f"\nmedian {before[5] * 1000:.0f} ms before, {during[MARKS // 2] * 1000:.0f} ms while it did not read (at most "
        f"{during[-1] * 1000:.0f} ms), memory grew by {grown / 2**20:.1f} MiB, {len(told)} events for {MARKS} marks"
    )
    states = [place for place, (kind, _) in enumerate(told) if kind == "SNAPSHOT" and place]
    assert states
    for place, (kind, revision) in enumerate(told[1:], 1):
        assert kind == "SNAPSHOT" or revision == told[place - 1][1] + 1
    assert during[MARKS // 2] < before[5] + 0.2
    assert grown < 40 * 2**20
