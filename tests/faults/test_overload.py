"""R16.3: a real process that is asked for more than it can do refuses the rest at once, stays ready and recovers."""

import asyncio
import time
from collections import Counter
from typing import Any

import httpx
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from clock import wall_clock
from db import models
from db.engine import create_engine
from gql.fields.global_ids import encode_id
from tests.support.api_process import ApiProcess, api_process, sign_in
from tests.support.audit import assert_sound
from tests.support.documents import mutation
from tests.support.factories import MONDAY, Lesson, World, new_world

SUBMIT = mutation("submitAttendance", "occurrence { revision }")
SHEET = "query($id: ID!) { occurrence(id: $id) { revision roster { student { firstName } } } }"
AT_ONCE = 30


class Office:
    """Staff of one business with one class of one student."""

    def __init__(self, api: ApiProcess, http: httpx.AsyncClient, token: str, lesson: Lesson) -> None:
        self.api, self.http, self.token, self.lesson = api, http, token, lesson
        self.student = ""

    async def send(self, query: str, **variables: object) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return await self.http.post(self.api.http, json={"query": query, "variables": variables}, headers=headers)

    async def submit(self, key: str) -> httpx.Response:
        marks = [{"studentId": self.student, "status": "PRESENT"}]
        given = {"occurrenceId": self.lesson.sheet_id(), "marks": marks, "idempotencyKey": key}
        return await self.send(SUBMIT, input=given)

    async def look(self) -> httpx.Response:
        return await self.send(SHEET, id=self.lesson.sheet_id())


async def new_office(world: World, api: ApiProcess, http: httpx.AsyncClient) -> Office:
    token = await sign_in(world, await world.staff(Permission.OWNER), Portal.OFFICE)
    lesson = await world.weekly_class()
    office = Office(api, http, token, lesson)
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    await world.occurrence(lesson.timeslot_id)
    office.student = encode_id("Student", student)
    return office


async def readiness(api: ApiProcess, http: httpx.AsyncClient) -> int:
    return (await http.get(f"http://127.0.0.1:{api.port}/health/ready")).status_code


async def test_R16_3_a_tenant_with_too_much_under_way_is_refused_and_others_are_served(
    world: World, database_url: str, redis_url: str
) -> None:
    holder = create_engine(database_url, role=None, pool_size=1)
    settings: dict[str, Any] = {"database_pool_size": 4, "concurrent_operations": 2, "queue_seconds": 0.5}
    async with (
        api_process(database_url, redis_url, **settings) as api,
        httpx.AsyncClient(verify=False, timeout=20) as http,
    ):
        crowded, calm = await new_office(world, api, http), await new_office(await new_world(world.owner), api, http)
        for office in (crowded, calm):
            assert (await office.submit("first")).status_code == 200
        async with holder.connect() as connection:
            await connection.execute(
                text("SELECT 1 FROM occurrence WHERE organization_id = :o AND held_on = :on FOR UPDATE"),
                {"o": world.organization_id, "on": MONDAY},
            )
            asked = [asyncio.create_task(crowded.submit(f"key {number}")) for number in range(AT_ONCE)]
            await asyncio.sleep(0.3)
            began = time.monotonic()
            assert "errors" not in (await calm.look()).json()
            assert await readiness(api, http) == 200
            await asyncio.wait(asked, timeout=3, return_when=asyncio.FIRST_COMPLETED)
            assert time.monotonic() - began < 3
            await asyncio.sleep(0.5)
        answers = await asyncio.gather(*asked)
        told = Counter(answer.status_code for answer in answers)
        assert told.keys() == {200, 503}, told
        for answer in answers:
            if answer.status_code == 503:
                (error,) = answer.json()["errors"]
                assert error["extensions"]["code"] == "UNAVAILABLE"
                assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
        keys = {row.key for row in await world.rows(models.IdempotencyKey)}
        executed = {f"key {number}" for number, answer in enumerate(answers) if answer.status_code == 200}
        assert keys == executed | {"first"}, "what was refused left nothing behind"
        assert "errors" not in (await crowded.look()).json(), "it serves again at once"
    await holder.dispose()
    await assert_sound(world, now=wall_clock())


async def test_R16_3_a_process_whose_connections_are_all_in_use_is_ready(
    world: World, database_url: str, redis_url: str
) -> None:
    holder = create_engine(database_url, role=None, pool_size=1)
    settings: dict[str, Any] = {"database_pool_size": 2, "concurrent_operations": 10}
    async with (
        api_process(database_url, redis_url, **settings) as api,
        httpx.AsyncClient(verify=False, timeout=20) as http,
    ):
        office = await new_office(world, api, http)
        async with holder.connect() as connection:
            await connection.execute(
                text("SELECT 1 FROM occurrence WHERE organization_id = :o FOR UPDATE"), {"o": world.organization_id}
            )
            asked = [asyncio.create_task(office.submit(f"key {number}")) for number in range(4)]
            await asyncio.sleep(0.3)
            assert not any(task.done() for task in asked)
            assert await readiness(api, http) == 200
        await asyncio.gather(*asked)
    await holder.dispose()
    await assert_sound(world, now=wall_clock())
