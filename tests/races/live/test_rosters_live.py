"""Acts on enrollments and students while roll sheets are open: each hears of its own rows, exactly (R10.1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.vocabulary import AttendanceStatus, Permission
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api_process import ApiProcess, api_process, ask, office_token
from tests.support.documents import mutation
from tests.support.factories import JANUARY, Lesson, World
from tests.support.subscriber import Subscriber, fresh_sheet, subscriber

WEEK = timedelta(days=7)
# The API's clock is the real one: the class is today's and next week's, whatever today is.
TODAY = datetime.now(ZoneInfo("America/Chicago")).date()
ENROLL = mutation("enrollStudent", "enrollment { id }")
DROP = mutation("dropEnrollment")
TRANSFER = mutation("transferEnrollment", "enrollment { id }")
UPDATE = mutation("updateStudent")
ADD_NOTE = mutation("addStudentNote")
SUBMIT = mutation("submitAttendance")


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
async def apis(servers: Servers, database_url: str) -> AsyncIterator[tuple[ApiProcess, ApiProcess]]:
    """Two processes with nothing in common but PostgreSQL and Redis, and no comparing to help out."""
    async with (
        api_process(database_url, servers.redis_url, live_compare_seconds=60) as one,
        api_process(database_url, servers.redis_url, live_compare_seconds=60) as other,
    ):
        yield one, other


@pytest.fixture
async def world(database: Database, world: World) -> World:
    return world


@pytest.fixture
async def lesson(world: World) -> Lesson:
    return await world.weekly_class(weekday=TODAY.isoweekday())


@pytest.fixture
async def token(world: World) -> str:
    return await office_token(world, Permission.OWNER)


def sheet_id(lesson: Lesson, held_on: date) -> str:
    return lesson.sheet_id(held_on)


async def act(api: ApiProcess, token: str, mutation: str, **given: Any) -> Any:
    """The answer of a mutation that succeeds."""
    (answer,) = (await ask(api, token, mutation, input=given)).values()
    assert answer["__typename"].endswith("Success"), answer
    return answer


@asynccontextmanager
async def both(
    apis: tuple[ApiProcess, ApiProcess], token: str, first: str, second: str
) -> AsyncIterator[tuple[Subscriber, Subscriber]]:
    """Two roll sheets, open at two processes."""
    async with subscriber(apis[0], token, first) as one, subscriber(apis[1], token, second) as other:
        await one.heard(1)
        await other.heard(1)
        yield one, other


async def folds(client: Subscriber, api: ApiProcess, token: str, sheet: str) -> None:
    """Its events, put together, are what a client that comes now is shown."""
    revision, rows = await fresh_sheet(api, token, sheet)
    await client.reached(revision)
    assert client.revisions == list(range(client.revisions[0], revision + 1))
    assert client.sheet == rows


def names(event: dict[str, Any]) -> list[str]:
    return [entry["student"]["firstName"] for entry in event["entries"]]


async def test_R10_1_who_is_enrolled_and_dropped_comes_and_goes_on_open_sheets(
    apis: tuple[ApiProcess, ApiProcess], world: World, lesson: Lesson, token: str
) -> None:
    ann, ben = await world.student(), await world.student(first_name="Ben")
    await world.enroll(ann, lesson.offering_id)
    now, next_week = sheet_id(lesson, TODAY), sheet_id(lesson, TODAY + WEEK)
    async with both(apis, token, now, next_week) as clients:
        place = await act(
            apis[0],
            token,
            ENROLL,
            studentId=encode_id("Student", ben),
            offeringId=encode_id("Offering", lesson.offering_id),
            type="ACTIVE",
            startsOn=TODAY.isoformat(),
        )
        for client in clients:
            await client.reached(1)
            assert (client.events[-1]["kind"], names(client.events[-1])) == ("ROSTER", ["Ben"])
        await act(apis[1], token, DROP, enrollmentId=place["enrollment"]["id"], dropOn=TODAY.isoformat())
        for client in clients:
            await client.reached(2)
        assert names(clients[0].events[-1]) == ["Ben"]
        assert {each["kind"] for each in clients[0].events[-1]["entries"][0]["indicators"]} >= {"DROP"}
        entry = encode_id("RosterEntry", lesson.timeslot_id, TODAY + WEEK, ben)
        assert (names(clients[1].events[-1]), clients[1].events[-1]["removedEntryIds"]) == ([], [entry])
        for client, sheet in zip(clients, (now, next_week), strict=True):
            await folds(client, apis[0], token, sheet)


async def test_R10_1_a_sheet_far_ahead_is_told_once_it_is_open(
    apis: tuple[ApiProcess, ApiProcess], world: World, lesson: Lesson, token: str
) -> None:
    far, day = sheet_id(lesson, TODAY + 30 * WEEK), TODAY.isoformat()
    ann, ben = await world.student(), await world.student(first_name="Ben")
    offering = encode_id("Offering", lesson.offering_id)
    place = {"offeringId": offering, "type": "ACTIVE", "startsOn": day}
    await act(apis[0], token, ENROLL, studentId=encode_id("Student", ann), **place)
    # Nobody had it open, so nobody was told, and whoever comes with what a query said gets the state.
    async with subscriber(apis[1], token, far, after=0) as client:
        await client.heard(1)
        assert (client.events[0]["kind"], names(client.events[0])) == ("SNAPSHOT", ["Ann"])
        enrolled = await act(apis[0], token, ENROLL, studentId=encode_id("Student", ben), **place)
        await client.reached(1)
        assert names(client.events[-1]) == ["Ben"]
    await act(apis[0], token, UPDATE, studentId=encode_id("Student", ann), rollSheetComment="Left-handed")
    await act(apis[0], token, DROP, enrollmentId=enrolled["enrollment"]["id"], dropOn=day)
    async with subscriber(apis[0], token, far, after=1) as client:
        await client.reached(3)
        assert [names(event) for event in client.events] == [["Ann"], []]
        gone = encode_id("RosterEntry", lesson.timeslot_id, TODAY + 30 * WEEK, ben)
        assert client.events[-1]["removedEntryIds"] == [gone]


async def test_R10_1_a_transfer_is_heard_in_both_classes(
    apis: tuple[ApiProcess, ApiProcess], world: World, lesson: Lesson, token: str
) -> None:
    ann, other = await world.student(), await world.weekly_class(weekday=TODAY.isoweekday(), name="Dive 2")
    source = await world.enroll(ann, lesson.offering_id, starts_on=JANUARY)
    left, joined = sheet_id(lesson, TODAY), sheet_id(other, TODAY)
    async with both(apis, token, left, joined) as (old, new):
        await act(
            apis[0],
            token,
            SUBMIT,
            occurrenceId=left,
            marks=[{"studentId": encode_id("Student", ann), "status": AttendanceStatus.PRESENT}],
        )
        await old.reached(1)
        await act(
            apis[1],
            token,
            TRANSFER,
            enrollmentId=encode_id("Enrollment", source),
            offeringId=encode_id("Offering", other.offering_id),
            startsOn=TODAY.isoformat(),
        )
        await old.reached(2)
        await new.reached(1)
        # The mark keeps the row in the class that was left, subdued.
        (row,) = old.events[-1]["entries"]
        assert (row["isSubdued"], row["mark"]["status"], old.events[-1]["removedEntryIds"]) == (True, "PRESENT", [])
        assert names(new.events[-1]) == ["Ann"]
        assert {each["kind"] for each in new.sheet.popitem()[1]["indicators"]} == {"TRANSFER", "FIRST_DAY"}
        await folds(old, apis[0], token, left)


async def test_R10_1_notes_and_texts_are_heard_on_every_sheet_of_the_student(
    apis: tuple[ApiProcess, ApiProcess], world: World, lesson: Lesson, token: str
) -> None:
    ann, other = await world.student(), await world.weekly_class(weekday=TODAY.isoweekday())
    for each in (lesson, other):
        await world.enroll(ann, each.offering_id)
        await world.enroll(await world.student(first_name="Ben"), each.offering_id)
    one, two = sheet_id(lesson, TODAY), sheet_id(other, TODAY + WEEK)
    student = {"studentId": encode_id("Student", ann)}
    async with both(apis, token, one, two) as clients:
        await act(apis[0], token, UPDATE, **student, medicalAlert="Asthma", rollSheetComment="Left-handed")
        await act(apis[1], token, ADD_NOTE, **student, body="Shy.")
        for client, sheet in zip(clients, (one, two), strict=True):
            await client.reached(2)
            assert [names(event) for event in client.events[1:]] == [["Ann"], ["Ann"]]
            kinds = {each["kind"] for each in client.events[-1]["entries"][0]["indicators"]}
            assert kinds >= {"MEDICAL_ALERT", "ROLL_SHEET_COMMENT", "NOTES"}
            await folds(client, apis[0], token, sheet)


async def test_R10_2_who_comes_back_is_told_of_the_roster_changes_since(
    apis: tuple[ApiProcess, ApiProcess], world: World, lesson: Lesson, token: str
) -> None:
    ann = await world.student()
    place = {
        "studentId": encode_id("Student", ann),
        "offeringId": encode_id("Offering", lesson.offering_id),
        "type": "SINGLE_DAY",
        "startsOn": TODAY.isoformat(),
    }
    await act(apis[0], token, ENROLL, **place)
    async with subscriber(apis[1], token, sheet_id(lesson, TODAY), after=0) as client:
        await client.reached(1)
        assert [event["kind"] for event in client.events] == ["ROSTER"]
        await folds(client, apis[0], token, sheet_id(lesson, TODAY))
