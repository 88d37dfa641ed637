"""One process from the inside: what an event costs, and what a subscriber that falls behind is told (R10.1, R10.5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from db.engine import Database
from db.organization.access import access_epoch
from gql.live import sheet_changes
from gql.live.sheet_changes import Depth
from gql.protocol import streams
from gql.protocol.answers import Answer
from gql.protocol.errors import ApiError
from tests.api.live.live_process import PERMISSIONS, Process, live_process
from tests.support.api_process import sign_in
from tests.support.each_statement import counting
from tests.support.factories import World
from tests.support.subscriber import WATCH

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
CAPACITY = 3
WHOLE = """
subscription Whole($id: ID!, $after: Int) {
  rollSheetChanged(occurrenceId: $id, afterRevision: $after) {
    kind revision entries { student { firstName } }
    occurrence { revision openings tally { total } roster { student { firstName } mark { status } } }
  }
}
"""
WITHOUT_SIGNS = WATCH.replace("indicators { kind detail }", "")


def roster_of(event: dict[str, Any]) -> dict[str, str | None]:
    return {row["student"]["firstName"]: row["mark"] and row["mark"]["status"] for row in event["occurrence"]["roster"]}


@pytest.fixture
async def process(database: Database, world: World, redis_url: str) -> AsyncIterator[Process]:
    async with live_process(database, world, redis_url, CAPACITY) as process:
        yield process


async def test_R10_5_a_subscriber_that_falls_behind_gets_the_state(process: Process) -> None:
    sheet = process.sheet
    async with process.subscribed(await process.claims()) as slow, process.subscribed(await process.claims()) as quick:
        assert await slow.told(1) == await quick.told(1) == [("SNAPSHOT", 0)]
        for revision in range(1, CAPACITY + 3):
            await sheet.submit(Ann=TARDY if revision % 2 else ABSENT)
            await process.hear()
            assert await quick.told(1) == [("MARKS", revision)]
        event = await slow.next()
        assert (event["kind"], event["revision"]) == ("SNAPSHOT", CAPACITY + 2)
        assert [row["mark"] and row["mark"]["status"] for row in event["entries"]] == ["TARDY", None, None]
        await sheet.submit(Ben=PRESENT)
        await process.hear()
        assert await slow.told(1) == await quick.told(1) == [("MARKS", CAPACITY + 3)]


async def test_R10_5_as_many_as_the_queue_holds_are_told_one_by_one(process: Process) -> None:
    async with process.subscribed(await process.claims()) as stream:
        await stream.told(1)
        for revision in range(1, CAPACITY + 1):
            await process.sheet.submit(Ann=TARDY if revision % 2 else ABSENT)
            await process.hear()
        assert await stream.told(CAPACITY) == [("MARKS", revision) for revision in range(1, CAPACITY + 1)]


@pytest.mark.parametrize("subscribers", [1, 10])
async def test_R10_1_an_event_costs_the_same_for_any_number_of_subscribers(
    process: Process, database: Database, subscribers: int
) -> None:
    claims = await process.claims()
    statements: list[str] = []
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(process.subscribed(claims)) for _ in range(subscribers)]
        for stream in streams:
            await stream.told(1)
        await process.sheet.submit(Ann=PRESENT)
        with counting(database, statements):
            await process.hear()
            told = await asyncio.gather(*(stream.told(1) for stream in streams))
    assert told == [[("MARKS", 1)]] * subscribers
    # Comparing; and the head with the changes, the tally and their rows.
    assert len(statements) == 2, statements


async def test_R10_1_whoever_shows_the_roster_gets_it_as_it_was_at_the_change(
    process: Process, database: Database
) -> None:
    """Also when the hub last read for somebody who shows the changed rows alone, and in as many statements."""
    sheet, claims, statements = process.sheet, await process.claims(), list[str]()
    mine = models.Offering.id == sheet.lesson.offering_id
    await sheet.world.owner.execute(update(models.Offering).where(mine).values(capacity=8))
    async with process.subscribed(claims) as rows:
        assert await rows.told(1) == [("SNAPSHOT", 0)]
        waiting = asyncio.ensure_future(rows.next())
        await sheet.submit(Ann=PRESENT)
        await process.hear()
        assert [row["student"]["firstName"] for row in (await waiting)["entries"]] == ["Ann"]
        async with process.subscribed(claims, query=WHOLE) as whole:
            assert roster_of(await whole.next()) == {"Ann": "PRESENT", "Ben": None, "Cas": None}
            for mark in (ABSENT, TARDY):
                await sheet.submit(Ben=mark)
                both = [asyncio.ensure_future(each.next()) for each in (rows, whole)]
                await asyncio.sleep(0.1)
                with counting(database, statements):
                    await process.hear()
                    small, large = await asyncio.gather(*both)
                # Comparing (1); the tenant, the head, the changes and the roster (4).
                assert len(statements) == 5, statements
                statements.clear()
                assert small["revision"] == large["revision"] == large["occurrence"]["revision"]
                assert [row["student"]["firstName"] for row in small["entries"]] == ["Ben"]
                assert roster_of(large) == {"Ann": "PRESENT", "Ben": mark.value, "Cas": None}
                assert large["occurrence"]["openings"] == 5
                assert small["occurrence"]["tally"]["total"] == 3
    assert not process.hub._topics


@pytest.mark.parametrize("lacking", [Depth.CHANGED, Depth.ROSTER])
async def test_R10_2_what_was_read_without_the_roster_or_its_places_is_read_again_for_who_shows_them(
    process: Process, monkeypatch: pytest.MonkeyPatch, lacking: Depth
) -> None:
    """As when the hub has just read for others and somebody comes who shows the roster and its open places."""
    read, asked = sheet_changes.read_changes, list[Depth]()

    async def first_without(*given: Any, depth: Depth) -> list[sheet_changes.SheetChange]:
        asked.append(depth)
        changes = await read(*given, depth=lacking if len(asked) == 1 else depth)
        if len(asked) == 1:
            await process.sheet.submit(Ann=ABSENT)
        return changes

    mine = models.Offering.id == process.sheet.lesson.offering_id
    await process.sheet.world.owner.execute(update(models.Offering).where(mine).values(capacity=8))
    monkeypatch.setattr("gql.live.sheet_changes.read_changes", first_without)
    async with process.subscribed(await process.claims(), query=WHOLE) as whole:
        await whole.told(1)
        told = asyncio.ensure_future(whole.next())
        await asyncio.sleep(0.1)
        await process.sheet.submit(Ann=PRESENT)
        await process.hear()
        for revision, event in enumerate([await told, await whole.next()], 1):
            assert (event["kind"], event["revision"], event["occurrence"]["revision"]) == ("MARKS", revision, 2)
            assert roster_of(event) == {"Ann": "ABSENT", "Ben": None, "Cas": None}
            assert event["occurrence"]["openings"] == 5
    assert asked[0] is Depth.PLACES


@pytest.mark.parametrize(("query", "is_read"), [(WHOLE, True), (WHOLE.replace("openings", ""), False)])
async def test_R10_2_places_that_are_held_are_read_only_for_who_shows_the_open_places(
    process: Process, database: Database, query: str, is_read: bool
) -> None:
    statements: list[str] = []
    with counting(database, statements):
        async with process.subscribed(await process.claims(), query=query) as stream:
            await stream.told(1)
            told = asyncio.ensure_future(stream.next())
            await asyncio.sleep(0.1)
            await process.sheet.submit(Ann=PRESENT)
            await process.hear()
            assert roster_of(await told) == {"Ann": "PRESENT", "Ben": None, "Cas": None}
        async with process.subscribed(await process.claims(), query=query, after=0) as stream:
            await stream.told(1)
    assert [each for each in statements if "makeup_token token" in each]
    assert bool([each for each in statements if "FROM place_offer " in each]) is is_read


async def test_R10_1_who_asks_and_sees_the_same_shares_one_execution(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with credentials of their own, and with another `afterRevision`."""
    executed: list[object] = []
    execute = streams.Stream.execute

    async def counted(stream: streams.Stream, event: object, *view: Any) -> Answer:
        executed.append(event)
        return await execute(stream, event, *view)

    async with AsyncExitStack() as stack:
        everybody = [
            await stack.enter_async_context(process.subscribed(await process.claims(), after=after))
            for after in (None, 0, 0, None)
        ]
        told = [asyncio.ensure_future(each.told(1)) for each in everybody[1:3]]
        await everybody[0].told(1)
        await everybody[3].told(1)
        told += [asyncio.ensure_future(everybody[index].told(1)) for index in (0, 3)]
        await asyncio.sleep(0.2)
        monkeypatch.setattr(streams.Stream, "execute", counted)
        await process.sheet.submit(Ann=PRESENT)
        await process.hear()
        assert await asyncio.gather(*told) == [[("MARKS", 1)]] * 4
    assert len(executed) == 1


@pytest.mark.parametrize("others", [0, 9])
async def test_R10_4_when_somebodys_access_changed_all_are_looked_at_at_once(
    process: Process, database: Database, others: int
) -> None:
    statements: list[str] = []
    world = process.sheet.world
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(process.subscribed(await process.claims())) for _ in range(others + 1)
        ]
        told = [await stream.told(1) for stream in opened]
        waiting = [asyncio.ensure_future(stream.told(1)) for stream in opened]
        await asyncio.sleep(0.2)
        await _take_the_permission(world, await world.staff(*PERMISSIONS))
        await process.sheet.submit(Ann=PRESENT)
        with counting(database, statements):
            await process.hear()
            told = await asyncio.gather(*waiting)
    assert told == [[("MARKS", 1)]] * (others + 1)
    # And the tenant, the access and the viewers.
    assert len(statements) == 5, statements


async def _take_the_permission(world: World, person_id: UUID) -> None:
    await world.change(models.Person, person_id, permissions=[])


async def _let_the_person_go(world: World, person_id: UUID) -> None:
    ended = {"ended_at": datetime.now(UTC)}
    await world.change(models.Person, person_id, **ended)


async def _sign_out(world: World, person_id: UUID) -> None:
    ended = {"ended_at": datetime.now(UTC)}
    await world.owner.execute(update(models.SignIn).where(models.SignIn.person_id == person_id).values(**ended))


async def _take_the_class(world: World, person_id: UUID) -> None:
    taught = models.OfferingInstructor.person_id == person_id
    await world.owner.execute(delete(models.OfferingInstructor).where(taught))


async def _narrow_the_group(world: World, _: UUID) -> None:
    await world.owner.execute(update(models.PermissionGroup).values(permissions=[]))


async def _leave_the_group(world: World, person_id: UUID) -> None:
    await world.owner.execute(delete(models.GroupMember).where(models.GroupMember.person_id == person_id))


@pytest.mark.parametrize("is_quiet", [True, False])
@pytest.mark.parametrize(
    ("act", "code"),
    [
        (_take_the_permission, "FORBIDDEN"),
        (_take_the_class, "FORBIDDEN"),
        (_narrow_the_group, "FORBIDDEN"),
        (_leave_the_group, "FORBIDDEN"),
        (_let_the_person_go, "UNAUTHENTICATED"),
        (_sign_out, "UNAUTHENTICATED"),
    ],
)
async def test_R10_4_a_stream_ends_with_the_right_to_it_also_when_nothing_happens(
    process: Process, act: Any, code: str, is_quiet: bool
) -> None:
    world, sheet = process.sheet.world, process.sheet
    by_group = act in (_narrow_the_group, _leave_the_group)
    see = Permission.STAFF_ATTENDANCE_VIEW
    person_id = await world.staff(*(() if by_group else (see,)), teaches=[sheet.lesson.offering_id])
    if by_group:
        group_id = await world.add(models.PermissionGroup, name="Coaches", permissions=[see])
        await world.add(models.GroupMember, group_id=group_id, person_id=person_id)
    token = await sign_in(world, person_id, Portal.STAFF)
    async with process.subscribed(process.services.access_tokens.check(token)) as stream:
        await stream.told(1)
        ending = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0.1)
        await act(world, person_id)
        if is_quiet:
            await process.services.fan_out.check()
        else:
            await sheet.submit(Ann=PRESENT)
            await process.hear()
        with pytest.raises(ApiError) as ended:
            await ending
    assert ended.value.extensions is not None
    assert ended.value.extensions["code"] == code


async def test_R10_4_a_stream_from_a_portal_that_closes_ends_with_forbidden(process: Process) -> None:
    world = process.sheet.world
    person_id = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    token = await sign_in(world, person_id, Portal.OFFICE)
    async with process.subscribed(process.services.access_tokens.check(token)) as stream:
        await stream.told(1)
        ending = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0.1)
        await _take_the_permission(world, person_id)
        await process.services.fan_out.check()
        with pytest.raises(ApiError, match="You have no permission to use the Office Portal") as ended:
            await ending
    assert ended.value.extensions == {"code": "FORBIDDEN"}


async def test_R10_4_who_may_see_different_things_is_never_shown_the_same_object(process: Process) -> None:
    sheet = process.sheet
    await sheet.world.change(models.Student, sheet.students["Ann"], medical_alert="Peanuts")
    sees = await process.claims(*PERMISSIONS, Permission.SEE_MEDICAL)
    does_not = await process.claims()
    details: list[list[str | None]] = []
    for order in ((sees, does_not), (does_not, sees)):
        async with process.subscribed(order[0]) as first, process.subscribed(order[1]) as second:
            for stream in (first, second):
                await stream.told(1)
            await sheet.submit(Ann=TARDY if order[0] is sees else ABSENT)
            await process.hear()
            details.append([(await each.next())["entries"][0]["indicators"][0]["detail"] for each in (first, second)])
    assert details == [["Peanuts", None], [None, "Peanuts"]]


@pytest.mark.parametrize("order", [(WATCH, WITHOUT_SIGNS), (WITHOUT_SIGNS, WATCH)])
async def test_R10_1_who_selects_indicators_is_told_them_beside_one_who_does_not(
    process: Process, order: tuple[str, str]
) -> None:
    sheet, claims = process.sheet, await process.claims()
    await sheet.world.change(models.Student, sheet.students["Ann"], roll_sheet_comment="Shy")
    async with (
        process.subscribed(claims, query=order[0]) as first,
        process.subscribed(claims, query=order[1]) as second,
    ):
        for stream in (first, second):
            await stream.next()
        await sheet.submit(Ann=TARDY)
        await process.hear()
        told = {query: (await each.next())["entries"] for query, each in zip(order, (first, second), strict=True)}
    assert [each["kind"] for each in told[WATCH][0]["indicators"]] == ["ROLL_SHEET_COMMENT"]
    assert [entry["mark"]["status"] for entry in told[WITHOUT_SIGNS]] == ["TARDY"]


async def test_R10_5_a_closed_stream_is_forgotten(process: Process) -> None:
    claims = await process.claims()
    async with process.subscribed(claims) as waiting, process.subscribed(claims, after=0) as unheard:
        await waiting.told(1)
        assert len(process.hub._topics) == 1
        left_while_waiting = asyncio.ensure_future(unheard.next())
        await asyncio.sleep(0.05)
        left_while_waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left_while_waiting
    assert process.hub._topics == {}


async def test_R10_4_an_address_that_changes_changes_who_has_access(database: Database, world: World) -> None:
    """Tokens of an identity provider name people by it."""
    person_id = await world.staff(*PERMISSIONS, email="ada@example.com")

    async def epoch() -> int:
        async with database.read(world.organization_id) as connection:
            return await access_epoch(connection, world.organization_id)

    before = await epoch()
    person = models.Person.id == person_id
    await world.owner.execute(update(models.Person).where(person).values(first_name="Ada"))
    assert await epoch() == before
    await world.owner.execute(update(models.Person).where(person).values(email="eve@example.com"))
    assert await epoch() == before + 1
