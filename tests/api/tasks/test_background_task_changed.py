"""`backgroundTaskChanged`: state first, then live progress, and the end (R9.4, R10.4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

import pytest
from graphql import GraphQLError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.tasks.background_tasks import current_revisions
from db.wake_ups import Announcer, TaskChanged
from gql.live import task_board
from gql.live.task_board import TaskBoard
from gql.tasks import background_task_changed
from tests.api.tasks.task_client import CANCEL, DELETE, gid
from tests.support.api import Api, serving
from tests.support.factories import World, new_world
from tests.support.streams import Stream, claims_of, subscribed
from tests.support.task_desk import KINDS, TaskDesk, WriteNotes, new_desk

pytestmark = pytest.mark.emptied_database

WATCH = """subscription($id: ID!, $after: Int) { backgroundTaskChanged(id: $id, afterRevision: $after) {
  id revision state done total report { itemsDone } } }"""


class OneByOne(WriteNotes):
    batch_size = 1


@dataclass
class Live:
    desk: TaskDesk
    api: Api
    board: TaskBoard

    def watching(self, api: Api, task_id: UUID, after: int | None = None) -> AbstractAsyncContextManager[Stream]:
        claims = None if api.token is None else claims_of(api)
        return subscribed(replace(api.services, tasks=self.board), claims, WATCH, id=gid(task_id), after=after)

    async def mine(self) -> Api:
        return await self.api.signed_in(self.desk.world, self.desk.person_id, Portal.STAFF)

    async def refused(self, api: Api, task_id: UUID) -> str:
        with pytest.raises(GraphQLError) as refusal:
            async with self.watching(api, task_id) as stream:
                await stream.next()
        code: str = (refusal.value.extensions or {})["code"]
        return code


@pytest.fixture
async def live(world: World, database: Database) -> AsyncIterator[Live]:
    desk = await new_desk(world, database, students=12)
    desk.kinds = {kind: OneByOne() for kind in KINDS}
    board = TaskBoard(database, compare_seconds=60, pause_seconds=0.2)
    desk.announcer = Announcer(here=[board.heard])
    async with serving(database, announcer=desk.announcer) as api:
        board.start()
        desk.announcer.start()
        yield Live(desk, api, board)
        await desk.announcer.close()
        await board.close()


async def test_R9_4_state_first_then_progress_to_the_last_state(live: Live) -> None:
    task_id = await live.desk.start(seconds=0.1)
    async with live.watching(await live.mine(), task_id) as stream:
        first = await stream.next()
        assert (first["state"], first["done"], first["total"]) == ("QUEUED", 0, None)
        started = asyncio.get_running_loop().time()
        working = asyncio.create_task(live.desk.work())
        events = await stream.rest()
        took = asyncio.get_running_loop().time() - started
        await working
    assert (events[-1]["state"], events[-1]["done"], events[-1]["total"]) == ("COMPLETED", 12, 12)
    assert events[-1]["report"] == {"itemsDone": 12}
    assert all(one["revision"] < other["revision"] for one, other in pairwise([first, *events]))
    assert len([event for event in events if event["state"] == "RUNNING"]) >= 2, "progress was seen"
    assert len(events) <= took / 0.2 + 2, "a few updates a second at most"


async def test_R9_4_many_items_at_once_are_few_updates(live: Live) -> None:
    task_id = await live.desk.start()
    async with live.watching(await live.mine(), task_id) as stream:
        await stream.next()
        await live.desk.work()
        events = await stream.rest()
    assert events[-1]["state"] == "COMPLETED"
    assert events[-1]["revision"] >= 14
    assert len(events) < 8


async def test_R10_2_what_no_wake_up_told_of_is_found_by_comparing(live: Live) -> None:
    task_id = await live.desk.start()
    async with live.watching(await live.mine(), task_id) as stream:
        await stream.next()
        live.desk.announcer = Announcer()
        await live.desk.work()
        with pytest.raises(TimeoutError):
            await stream.next(0.5)
    async with live.watching(await live.mine(), task_id, after=0) as stream:
        assert (await stream.next())["state"] == "COMPLETED"
    other = await live.desk.start()
    async with live.watching(await live.mine(), other) as stream:
        await stream.next()
        await live.desk.work()
        await live.board.compare()
        assert [event["state"] for event in await stream.rest()] == ["COMPLETED"]


async def test_after_a_revision_only_what_is_new_is_told(live: Live) -> None:
    task_id = await live.desk.start()
    async with live.watching(await live.mine(), task_id, after=0) as stream:
        with pytest.raises(TimeoutError):
            await stream.next(0.5)
    async with live.watching(await live.mine(), task_id, after=0) as stream:
        waiting = asyncio.create_task(stream.next())
        await asyncio.sleep(0.1)
        await live.desk.work()
        assert (await waiting)["revision"] > 0


async def test_of_a_task_that_has_ended_the_state_is_told_and_the_stream_completes(live: Live) -> None:
    task_id = await live.desk.start()
    await live.desk.work()
    async with live.watching(await live.mine(), task_id) as stream:
        (event,) = await stream.rest()
    async with live.watching(await live.mine(), task_id, after=event["revision"]) as stream:
        assert await stream.rest() == []


async def test_R9_5_cancelling_is_told_and_ends_the_stream(live: Live) -> None:
    task_id = await live.desk.start()
    mine = await live.mine()
    async with live.watching(mine, task_id) as stream:
        await stream.next()
        await mine.ask(CANCEL, id=gid(task_id))
        assert [event["state"] for event in await stream.rest()] == ["CANCELLED"]


async def test_R9_6_deleting_ends_the_stream(live: Live) -> None:
    task_id = await live.desk.start()
    mine = await live.mine()
    async with live.watching(mine, task_id) as stream:
        await stream.next()
        live.board._pause_seconds = 0
        await live.board.close()
        await mine.ask(CANCEL, id=gid(task_id))
        await mine.ask(DELETE, id=gid(task_id))
        await live.board.compare()
        assert await stream.rest() == []


async def test_R11_3_a_task_that_one_may_not_see_is_not_found(live: Live) -> None:
    task_id = await live.desk.start(await live.desk.world.staff())
    elsewhere = await new_world(live.desk.world.owner, name="Other Gym")
    stranger = await live.api.as_staff(elsewhere, Permission.OWNER)
    nearly = await live.api.as_staff(live.desk.world, *set(Permission) - {Permission.OWNER})
    for api in (stranger, nearly, await live.mine()):
        assert await live.refused(api, task_id) == "NOT_FOUND"
    assert await live.refused(await live.mine(), UUID(int=1)) == "NOT_FOUND"
    assert await live.refused(live.api, task_id) == "UNAUTHENTICATED"
    guardian = await live.desk.world.guardian(await live.desk.world.family())
    assert (
        await live.refused(await live.api.signed_in(live.desk.world, guardian, Portal.CUSTOMER), task_id) == "FORBIDDEN"
    )


@pytest.mark.parametrize("is_quiet", [False, True])
async def test_R10_4_rights_are_looked_at_again(live: Live, is_quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_task_changed, "_CHECK_SECONDS", 0.3)
    task_id = await live.desk.start()
    person_id = await live.desk.world.staff(Permission.OWNER)
    owner = await live.api.signed_in(live.desk.world, person_id, Portal.STAFF)
    async with live.watching(owner, task_id) as stream:
        await stream.next()
        await live.desk.world.owner.execute(
            text("UPDATE person SET permissions = '{}' WHERE id = :id").bindparams(id=person_id)
        )
        if not is_quiet:
            await live.desk.work()
        with pytest.raises(GraphQLError) as refusal:
            await stream.next()
    assert (refusal.value.extensions or {})["code"] == "FORBIDDEN"


async def test_one_statement_looks_for_all_that_is_watched(live: Live) -> None:
    mine = await live.mine()
    first, second = await live.desk.start(), await live.desk.start()
    async with (
        live.watching(mine, first) as one,
        live.watching(mine, second) as two,
        live.watching(mine, second) as three,
    ):
        for stream in (one, two, three):
            await stream.next()
        mine.statements.clear()
        await live.board.compare()
        assert len(mine.statements) == 1
    await live.board.compare()
    assert len(mine.statements) == 1, "nobody watches any more"


async def test_R9_4_what_is_heard_of_during_a_look_is_looked_at_again(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = TaskChanged(live.desk.world.organization_id, await live.desk.start())
    looks: list[int] = []

    async def look(connection: AsyncConnection, tasks: set[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
        found = await current_revisions(connection, tasks)
        looks.append(len(tasks))
        if len(looks) == 1:
            live.board.heard(news)
        return found

    monkeypatch.setattr(task_board, "current_revisions", look)
    with live.board.watch(news.organization_id, news.task_id):
        live.board.heard(news)
        await asyncio.sleep(1)
    assert looks == [1, 1]
