"""R10.2, R16.1: a history has an identity, and a client of another history is sent the state."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import AttendanceStatus, Permission
from db.engine import Database, create_engine
from db.migrate import begin_history
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.api_process import ApiProcess, api_process, office_token
from tests.support.databases import ProcessDatabase
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.sockets import connected
from tests.support.streams import following
from tests.support.viewers import DURING_CLASS

pytestmark = pytest.mark.own_database

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
FOLLOW = """
subscription($id: ID!, $after: Int, $history: String) {
  rollSheetChanged(occurrenceId: $id, afterRevision: $after, history: $history) { kind revision history }
}
"""
CHECK_INS = """
subscription($after: String) { checkIns(after: $after, date: "2026-11-16") { kind cursor tally { present } } }
"""
STUDENT = "subscription($id: ID!, $after: String) { studentChanged(studentId: $id, after: $after) { kinds cursor } }"


@pytest.fixture
async def process(database_url: str, redis_url: str) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, redis_url, live_compare_seconds=0.3) as api:
        yield api


@pytest.fixture
async def sheet(database: Database, world: World, redis_url: str) -> AsyncIterator[LiveSheet]:
    async with live_sheet(database, world, redis_url) as sheet:
        yield sheet


async def heard(
    process: ApiProcess, token: str, query: str, name: str, count: int, **variables: Any
) -> list[dict[str, Any]]:
    """The first events of a new stream."""
    async with connected(process.ws, token) as socket:
        await socket.subscribe(query, **variables)
        return [(await socket.receive())["payload"]["data"][name] for _ in range(count)]


async def test_R10_2_a_client_of_another_history_is_sent_the_state_though_the_revisions_have_passed_its_own(
    process: ApiProcess, sheet: LiveSheet, world: World, database_url: str
) -> None:
    token = await office_token(world)
    follow = (FOLLOW, "rollSheetChanged")
    await sheet.submit(Ann=PRESENT)
    (former,) = await heard(process, token, *follow, 1, id=sheet.id)
    assert (former["kind"], former["revision"]) == ("SNAPSHOT", 1)
    async with asyncio.timeout(20), connected(process.ws, token) as open_stream:
        await open_stream.subscribe(FOLLOW, id=sheet.id, after=1, history=former["history"])
        await sheet.submit(Ben=PRESENT)
        event = (await open_stream.receive())["payload"]["data"]["rollSheetChanged"]
        assert event == {"kind": "MARKS", "revision": 2, "history": former["history"]}
        await begin_history(database_url)
        await sheet.submit(Cas=PRESENT)
        # Until the process notices, it may tell the change; then the state follows, by itself.
        while event["kind"] != "SNAPSHOT":
            event = (await open_stream.receive())["payload"]["data"]["rollSheetChanged"]
    assert event["revision"] == 3
    assert event["history"] != former["history"]
    (later,) = await heard(process, token, *follow, 1, id=sheet.id, after=1, history=former["history"])
    assert later == event, "a client of the former history"
    replayed = await heard(process, token, *follow, 2, id=sheet.id, after=1, history=event["history"])
    assert [each["kind"] for each in replayed] == ["MARKS", "MARKS"], "a client of this history"
    assert [each["kind"] for each in await heard(process, token, *follow, 2, id=sheet.id, after=1)] == ["MARKS"] * 2


@pytest.mark.parametrize(("query", "name"), [(CHECK_INS, "checkIns"), (STUDENT, "studentChanged")])
async def test_R10_2_cursors_belong_to_a_history(
    api: Api, sheet: LiveSheet, world: World, database_url: str, database: Database, query: str, name: str
) -> None:
    api.clock.now = DURING_CLASS
    office = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    variables = {"id": encode_id("Student", sheet.students["Ann"])} if name == "studentChanged" else {}

    async def first_kind(after: str | None) -> tuple[object, str]:
        async with following(office, query, **variables, after=after) as stream:
            event = await stream.next()
        return event["kind"] if "kind" in event else event["kinds"][0], event["cursor"]

    kind, cursor = await first_kind(None)
    assert kind == "SNAPSHOT"
    await sheet.submit(Ann=PRESENT)
    assert (await first_kind(cursor))[0] == "MARKS"
    await begin_history(database_url)
    await database.engine.dispose()
    assert (await first_kind(cursor))[0] == "SNAPSHOT"


async def test_R16_1_another_place_is_another_history(
    owner: AsyncConnection, process_database: ProcessDatabase
) -> None:
    """A copy, as a restored dump is: it has the row of the original, and is another database."""
    original = await owner.scalar(text("SELECT history_id()"))
    assert original == await owner.scalar(text("SELECT history_id()")), "it does not change by itself"
    other = create_engine(process_database.url, role=None)
    async with other.connect() as connection:
        row = text("SELECT history FROM alembic_version")
        assert await connection.scalar(row) == await owner.scalar(row)
        assert await connection.scalar(text("SELECT history_id()")) != original
    await other.dispose()
