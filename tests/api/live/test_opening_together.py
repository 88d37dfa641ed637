"""Subscribers who come to a roll sheet at once are read for together, and each gets what is its own (R10.2, R10.4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from db.calendar import occurrences
from db.engine import Database
from gql.live import sheet_changes
from gql.protocol.errors import ApiError, Code
from tests.api.live.live_process import Process, live_process
from tests.support.each_statement import counting
from tests.support.factories import World
from tests.support.streams import Stream

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
MANY = 30
ROWS = """
subscription Rows($id: ID!, $after: Int) { rollSheetChanged(occurrenceId: $id, afterRevision: $after) {
  kind revision entries { student { firstName medicalAlert } mark { status } }
} }"""


@pytest.fixture
async def process(database: Database, world: World, redis_url: str) -> AsyncIterator[Process]:
    async with live_process(database, world, redis_url, capacity=3) as process:
        yield process


async def open_all(process: Process, stack: AsyncExitStack, *wishes: tuple[Claims, int | None]) -> list[Stream]:
    return [await stack.enter_async_context(process.subscribed(*wish, query=ROWS)) for wish in wishes]


async def first(stream: Stream) -> Any:
    """Its first event, or the code that it ended with."""
    try:
        return await stream.next()
    except ApiError as fault:
        return fault.code


async def test_many_who_come_at_once_cost_what_one_does(
    process: Process, database: Database, executed: list[object]
) -> None:
    """Each with a credential of its own."""
    statements: list[str] = []
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *[(await process.claims(), None) for _ in range(MANY)])
        with counting(database, statements):
            told = await asyncio.gather(*(stream.next() for stream in streams))
    assert [(each["kind"], each["revision"], len(each["entries"])) for each in told] == [("SNAPSHOT", 0, 3)] * MANY
    # The tenant, the viewers, the head and the roster.
    assert len(statements) == 4, statements
    assert len(executed) == 1


async def test_R10_4_each_is_told_what_it_may_see(process: Process) -> None:
    office = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    world = process.sheet.world
    await world.owner.execute(update(models.Student).values(medical_alert="Nuts"))
    signed_out = await process.claims()
    mine = models.SignIn.id == signed_out.sign_in_id
    await world.owner.execute(update(models.SignIn).where(mine).values(ended_at=datetime.now(UTC)))
    teaching = (Permission.STAFF_ATTENDANCE_VIEW,)
    callers = {
        "desk": await process.claims(*office),
        "nurse": await process.claims(*office, Permission.SEE_MEDICAL),
        "signed out": signed_out,
        "nobody": replace(signed_out, sign_in_id=None, person_id=None),
        "without attendance": await process.claims(Permission.SEE_MEDICAL, portal=Portal.STAFF),
        "teacher": await process.claims(*teaching, portal=Portal.STAFF, teaches=True),
        "teacher of others": await process.claims(*teaching, portal=Portal.STAFF),
    }
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *((claims, None) for claims in callers.values()))
        found = dict(zip(callers, await asyncio.gather(*map(first, streams)), strict=True))
        alone = {who: await first((await open_all(process, stack, (callers[who], None)))[0]) for who in callers}
    assert found == alone
    alerts = {who: told["entries"][0]["student"]["medicalAlert"] for who, told in found.items() if type(told) is dict}
    assert alerts == {"desk": None, "nurse": "Nuts", "teacher": None}
    assert {who: told for who, told in found.items() if who not in alerts} == {
        "signed out": Code.UNAUTHENTICATED,
        "nobody": Code.UNAUTHENTICATED,
        "without attendance": Code.FORBIDDEN,
        "teacher of others": Code.NOT_FOUND,
    }


async def test_R10_4_for_those_who_may_not_see_it_no_roster_is_read(process: Process, database: Database) -> None:
    statements: list[str] = []
    teaching = await process.claims(Permission.STAFF_ATTENDANCE_VIEW, portal=Portal.STAFF)
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, (teaching, None), (teaching, 0))
        with counting(database, statements):
            assert await asyncio.gather(*map(first, streams)) == [Code.NOT_FOUND] * 2
    # The tenant, the viewers and the head.
    assert len(statements) == 3, statements


async def test_R10_2_each_gets_what_came_after_the_revision_that_it_has(process: Process) -> None:
    for mark in (PRESENT, ABSENT, TARDY):
        await process.sheet.submit(Ann=mark)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *((claims, after) for after in (None, 0, 2, 3, 4, 3, None)))
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        done, _ = await asyncio.wait(waiting, timeout=0.5)
        told = [(each.result()["kind"], each.result()["revision"]) if each in done else None for each in waiting]
        state = ("SNAPSHOT", 3)
        assert told == [state, ("MARKS", 1), ("MARKS", 3), None, state, None, state]
        await process.sheet.submit(Ben=PRESENT)
        await process.hear()
        assert (await streams[1].told(2)) == [("MARKS", 2), ("MARKS", 3)]
        for number in (0, 1, 2, 4, 6):
            assert await streams[number].told(1) == [("MARKS", 4)]
        assert [(await waiting[number])["revision"] for number in (3, 5)] == [4, 4]


async def test_R10_2_what_they_missed_is_read_once_and_executed_once(
    process: Process, database: Database, executed: list[object]
) -> None:
    """However differently far they are."""
    statements: list[str] = []
    for number in range(6):
        await process.sheet.submit(Ann=ABSENT if number % 2 else PRESENT)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *((claims, after) for after in range(6)))
        with counting(database, statements):
            told = await asyncio.gather(*(stream.told(6 - after) for after, stream in enumerate(streams)))
    assert told == [[("MARKS", revision) for revision in range(after + 1, 7)] for after in range(6)]
    # The tenant, the viewers, the head; the changes with the tally, and their rows.
    assert len(statements) == 5, statements
    assert len(executed) == 6


async def test_R10_2_revision_0_of_a_far_sheet_is_no_place_to_go_on_from(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever knows it from a query was told of no act on the roster meanwhile."""
    monkeypatch.setattr("gql.live.openings.is_far_ahead", lambda *_: True)
    claims = await process.claims()
    for _ in range(2):
        async with process.subscribed(claims, 0, query=ROWS) as stream:
            assert await stream.told(1) == [("SNAPSHOT", 0)]
    await process.sheet.submit(Ann=PRESENT)
    async with AsyncExitStack() as stack:
        early, late = await open_all(process, stack, (claims, 0), (claims, 1))
        assert await early.told(1) == [("SNAPSHOT", 1)]
        waiting = asyncio.ensure_future(late.next())
        await process.sheet.submit(Ben=PRESENT)
        await process.hear()
        assert (await waiting)["revision"] == 2


async def test_a_read_that_takes_too_long_is_given_up_and_asked_for_again(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, stuck = occurrences.find_head, [asyncio.Event()]

    async def never(*given: Any) -> Any:
        if stuck:
            await stuck.pop().wait()
        return await find(*given)

    monkeypatch.setattr("gql.live.openings.find_head", never)
    monkeypatch.setattr("gql.live.openings._LONGEST_READ", 0.3)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *[(claims, None)] * 3)
        assert [await stream.told(1) for stream in streams] == [[("SNAPSHOT", 0)]] * 3


async def test_R10_2_whoever_asks_while_others_are_read_for_gets_what_was_committed_before_it_asked(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot that is being read for the others was taken before that commit, so it cannot be shared."""
    taken, go_on, states = asyncio.Event(), asyncio.Event(), list[Any]()
    read = sheet_changes.read_state

    async def slowly(*given: Any) -> Any:
        states.append(state := await read(*given))
        taken.set()
        await go_on.wait()
        return state

    monkeypatch.setattr("gql.live.openings.read_state", slowly)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        early, *late = await open_all(process, stack, *[(claims, None)] * 3)
        waiting = [asyncio.ensure_future(early.next())]
        await taken.wait()
        await process.sheet.submit(Ann=PRESENT)
        for stream in late:
            waiting.append(asyncio.ensure_future(stream.next()))
            await asyncio.sleep(0.05)
        go_on.set()
        told = [(event["kind"], event["revision"]) for event in await asyncio.gather(*waiting)]
        assert told == [("SNAPSHOT", 0), ("SNAPSHOT", 1), ("SNAPSHOT", 1)]
        assert [state.revision for state in states] == [0, 1]
        await process.hear()
        assert await early.told(1) == [("MARKS", 1)]
    assert not process.services.openings._waiting
    assert not process.services.openings._reading


async def test_whoever_leaves_meanwhile_takes_nothing_from_the_others(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = asyncio.Event()
    read = sheet_changes.read_state

    async def slowly(*given: Any) -> Any:
        taken.set()
        await asyncio.sleep(0.2)
        return await read(*given)

    monkeypatch.setattr("gql.live.openings.read_state", slowly)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        leaving, staying = await open_all(process, stack, *[(claims, None)] * 2)
        waiting = [asyncio.ensure_future(stream.next()) for stream in (leaving, staying)]
        await taken.wait()
        waiting[0].cancel()
        assert (await waiting[1])["kind"] == "SNAPSHOT"


async def test_a_database_that_is_away_for_a_moment_delays_all_and_ends_none(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, faults = occurrences.find_head, [DBAPIError(None, None, OSError("away"))] * 2

    async def failing(*given: Any) -> Any:
        if faults:
            raise faults.pop()
        return await find(*given)

    monkeypatch.setattr("gql.live.openings.find_head", failing)
    claims = await process.claims()
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *[(claims, None)] * 5)
        told = await asyncio.gather(*(stream.next() for stream in streams))
    assert [event["kind"] for event in told] == ["SNAPSHOT"] * 5
    assert not faults


async def test_R10_5_a_group_that_missed_something_comes_back_together(
    process: Process, database: Database, executed: list[object]
) -> None:
    """As when the process was too busy to tell what was committed."""
    claims, statements = await process.claims(), list[str]()
    async with AsyncExitStack() as stack:
        streams = await open_all(process, stack, *[(claims, None)] * MANY)
        for stream in streams:
            await stream.told(1)
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        await asyncio.sleep(0.1)
        await process.sheet.submit(Ann=PRESENT)
        (group,) = process.services.fan_out._groups.values()
        executed.clear()
        with counting(database, statements):
            group.watcher.skip()
            told = await asyncio.gather(*waiting)
    assert [(event["kind"], event["revision"]) for event in told] == [("SNAPSHOT", 1)] * MANY
    # The tenant, the viewers, the head and the roster.
    assert len(statements) == 4, statements
    assert len(executed) == 1
