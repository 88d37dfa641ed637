"""`backgroundTasksChanged`: the list of tasks first, then what is new, changed or deleted (R9.6, R10.3, R10.4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from graphql import GraphQLError
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.wake_ups import Announcer
from gql.live.task_board import TaskBoard
from gql.tasks import background_tasks_changed
from tests.api.tasks.task_client import cancel, delete, gid
from tests.support.api import Api, serving
from tests.support.factories import World, new_world
from tests.support.streams import Stream, claims_of, subscribed
from tests.support.task_desk import TaskDesk, new_desk

pytestmark = pytest.mark.emptied_database

WATCH = """subscription($after: String) { backgroundTasksChanged(after: $after) {
  kind cursor deletedIds backgroundTasks { id state done report { itemsDone } } } }"""


@dataclass
class Followed:
    stream: Stream
    cursor: str | None = None

    async def next(self, seconds: float = 10) -> tuple[str, dict[str, str], list[str]]:
        """The kind, the states by id, and what was deleted."""
        event = await self.stream.next(seconds)
        self.cursor = event["cursor"]
        return event["kind"], {task["id"]: task["state"] for task in event["backgroundTasks"]}, event["deletedIds"]


@dataclass
class Live:
    desk: TaskDesk
    api: Api
    board: TaskBoard

    @asynccontextmanager
    async def watching(self, api: Api, after: str | None = None) -> AsyncIterator[Followed]:
        claims = None if api.token is None else claims_of(api)
        async with subscribed(replace(api.services, tasks=self.board), claims, WATCH, after=after) as stream:
            yield Followed(stream)

    async def office(self) -> Api:
        return await self.api.as_staff(self.desk.world, Permission.OWNER)

    async def mine(self) -> Api:
        return await self.api.signed_in(self.desk.world, self.desk.person_id, Portal.STAFF)


@pytest.fixture
async def live(world: World, database: Database) -> AsyncIterator[Live]:
    desk = await new_desk(world, database, students=3)
    board = TaskBoard(database, compare_seconds=60, pause_seconds=0.05)
    desk.announcer = Announcer(here=[board.heard])
    async with serving(database, announcer=desk.announcer) as api:
        board.start()
        desk.announcer.start()
        yield Live(desk, api, board)
        await desk.announcer.close()
        await board.close()


async def test_R9_6_new_ones_of_others_their_progress_their_end_and_their_deletion_are_told(live: Live) -> None:
    office = await live.office()
    async with live.watching(office) as stream:
        assert await stream.next() == ("SNAPSHOT", {}, [])
        task_id = await live.desk.start()
        assert await stream.next() == ("CHANGED", {gid(task_id): "QUEUED"}, [])
        await live.desk.work()
        states = []
        while "COMPLETED" not in states:
            kind, tasks, deleted = await stream.next()
            assert (kind, set(tasks), deleted) == ("CHANGED", {gid(task_id)}, [])
            states.append(tasks[gid(task_id)])
        await delete(office, task_id)
        assert await stream.next() == ("CHANGED", {}, [gid(task_id)])


async def test_R9_6_others_follow_their_own_alone(live: Live) -> None:
    mine = await live.desk.start()
    stranger = await live.api.as_staff(await new_world(live.desk.world.owner, name="Other Gym"), Permission.OWNER)
    async with live.watching(await live.mine()) as stream, live.watching(stranger) as elsewhere:
        assert await stream.next() == ("SNAPSHOT", {gid(mine): "QUEUED"}, [])
        assert await elsewhere.next() == ("SNAPSHOT", {}, [])
        await live.desk.start(await live.desk.world.staff())
        for each in (stream, elsewhere):
            with pytest.raises(TimeoutError):
                await each.next(0.6)


async def test_R10_2_who_comes_back_gets_a_snapshot_only_after_a_change(live: Live) -> None:
    office = await live.office()
    await live.desk.start()
    async with live.watching(office) as stream:
        await stream.next()
        cursor = stream.cursor
    async with live.watching(office, cursor) as stream:
        with pytest.raises(TimeoutError):
            await stream.next(0.5)
    async with live.watching(office, cursor) as stream:
        waiting = asyncio.create_task(stream.next())
        await asyncio.sleep(0.1)
        second = await live.desk.start()
        assert await waiting == ("CHANGED", {gid(second): "QUEUED"}, [])
    async with live.watching(office, cursor) as stream:
        kind, tasks, _ = await stream.next()
        assert (kind, len(tasks)) == ("SNAPSHOT", 2)


async def test_R10_2_what_no_wake_up_told_of_is_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_tasks_changed, "_CHECK_SECONDS", 0.2)
    async with live.watching(await live.office()) as stream:
        await stream.next()
        live.desk.announcer = Announcer()
        task_id = await live.desk.start()
        assert await stream.next() == ("CHANGED", {gid(task_id): "QUEUED"}, [])


async def test_R10_4_a_permission_that_is_taken_away_ends_the_stream(live: Live) -> None:
    person = await live.desk.world.staff(Permission.OWNER)
    office = await live.api.as_staff(live.desk.world, person_id=person)
    await live.desk.start()
    async with live.watching(office) as stream:
        await stream.next()
        await live.desk.world.owner.execute(
            text("UPDATE person SET permissions = '{OFFICE_ATTENDANCE_VIEW}' WHERE id = :id"), {"id": person}
        )
        await live.desk.start()
        with pytest.raises(GraphQLError) as refused:
            await stream.next()
        assert (refused.value.extensions or {})["code"] == "FORBIDDEN"


async def test_R11_2_neither_guardians_nor_nobody(live: Live) -> None:
    world = live.desk.world
    guardian = await live.api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    for api, code in ((guardian, "FORBIDDEN"), (replace(live.api, token=None), "UNAUTHENTICATED")):
        with pytest.raises(GraphQLError) as refused:
            async with live.watching(api) as stream:
                await stream.next()
        assert (refused.value.extensions or {})["code"] == code


async def test_R10_5_a_slow_reader_gets_the_last_state_alone(live: Live) -> None:
    office = await live.office()
    async with live.watching(office) as stream:
        await stream.next()
        tasks: list[UUID] = [await live.desk.start() for _ in range(3)]
        await cancel(office, tasks[0])
        await delete(office, tasks[0])
        await live.desk.work()
        await asyncio.sleep(0.3)
        expected = {gid(task_id): "COMPLETED" for task_id in tasks[1:]}
        assert await stream.next() == ("CHANGED", expected, [])
