"""Open roll sheets hear of a cancellation and of its end at once, rows included (R10.1, R9.1)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.vocabulary import Permission
from attendance.tasks.kinds import KINDS
from commands.servers.start import Servers
from db.engine import Database
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.actions.cancelling import new_cancel_desk
from tests.support.api_process import ApiProcess, api_process, ask, office_token
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.subscriber import fresh_sheet, subscriber
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

pytestmark = pytest.mark.emptied_database

CANCEL = mutation("cancelOccurrences")
RESTORE = mutation("restoreOccurrence")


@pytest.fixture
async def live(servers: Servers, database_url: str, database: Database) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


@pytest.fixture
async def announcer(servers: Servers) -> AsyncIterator[Announcer]:
    redis = connect_redis(servers.redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    yield announcer
    await announcer.close()
    await redis.aclose()


async def test_R10_1_an_open_roll_sheet_hears_of_the_cancellation_and_of_its_end(
    live: ApiProcess, world: World, database: Database, announcer: Announcer
) -> None:
    day = datetime.now(UTC).astimezone(ZoneInfo("America/Chicago")).date() + timedelta(days=1)
    desk = await new_cancel_desk(world, database, weekday=day.isoweekday())
    # It is their first day, for as long as it takes place.
    ann, ben = await desk.add_student(starts_on=day), await world.student(first_name="Ben")
    here = replace(desk, held_on=day)
    token = await world.makeup_token(ben)
    await here.makeup(ben, token)
    office = await office_token(world, Permission.OWNER)
    sheet = desk.lesson.sheet_id(day)
    async with subscriber(live, office, sheet) as client:
        await client.heard(1)
        assert len(client.sheet) == 2
        await _act(live, office, CANCEL, occurrenceIds=[sheet], createTokens={"neverExpires": True})
        await work_off(WorkerContext(database, announcer, lambda: datetime.now(UTC), kinds=KINDS))
        await client.reached(2)
        assert (2, client.sheet) == await fresh_sheet(live, office, sheet)
        assert len(client.sheet) == 1
        await _act(live, office, RESTORE, occurrenceId=sheet)
        await client.reached(4)
        assert (4, client.sheet) == await fresh_sheet(live, office, sheet)
        told = [(each["revision"], each["kind"]) for each in client.events]
    assert told == [(0, "SNAPSHOT"), (1, "CANCELLED"), (2, "TOKENS"), (3, "RESTORED"), (4, "TOKENS")]
    assert {ann, ben} == {each.student_id for each in await desk.tokens()}


async def _act(api: ApiProcess, token: str, document: str, **given: Any) -> None:
    (answer,) = (await ask(api, token, document, input=given)).values()
    assert answer["__typename"].endswith("Success")
