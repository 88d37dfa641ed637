"""Open roll sheets hear of expected absences at once, as ROSTER changes (R10.1, R6.2)."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.vocabulary import Permission, Portal
from commands.servers.start import Servers
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api_process import ApiProcess, api_process, ask, office_token, sign_in
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.subscriber import Subscriber, fresh_sheet, subscriber


@pytest.fixture
async def live(servers: Servers, database_url: str, database: Database) -> AsyncIterator[ApiProcess]:
    async with api_process(database_url, servers.redis_url) as api:
        yield api


async def test_R10_1_an_open_roll_sheet_hears_of_expected_absences(live: ApiProcess, world: World) -> None:
    day = datetime.now(UTC).astimezone(ZoneInfo("America/Chicago")).date() + timedelta(days=1)
    lesson = await world.weekly_class(weekday=day.isoweekday())
    family = await world.family()
    ann = await world.student(first_name="Ann", family_id=family)
    for student in (ann, await world.student(first_name="Ben")):
        await world.enroll(student, lesson.offering_id)
    office = await office_token(world, Permission.OWNER)
    gail = await sign_in(world, await world.guardian(family), Portal.CUSTOMER)
    sheet = lesson.sheet_id(day)
    async with subscriber(live, office, sheet) as client:
        await client.heard(1)
        told = await _act(live, gail, "requestExpectedAbsence", **_told(ann, day))
        await _act(live, office, "approveExpectedAbsence", expectedAbsenceId=told, isExcused=True)
        await client.reached(1)
        assert _expected(client) == {"Ann"}
        await _act(live, gail, "withdrawExpectedAbsence", expectedAbsenceId=told)
        await client.reached(2)
        assert _expected(client) == set()
        assert [(each["revision"], each["kind"]) for each in client.events] == [
            (0, "SNAPSHOT"),
            (1, "ROSTER"),
            (2, "ROSTER"),
        ]
        assert [[row["student"]["firstName"] for row in each["entries"]] for each in client.events[1:]] == [["Ann"]] * 2
        assert (2, client.sheet) == await fresh_sheet(live, office, sheet)


async def _act(api: ApiProcess, token: str, name: str, **given: object) -> str:
    answer = (await ask(api, token, mutation(name, "expectedAbsence { id }"), input=given))[name]
    found: str = answer["expectedAbsence"]["id"]
    return found


def _told(student: object, day: date) -> dict[str, object]:
    return {"studentId": encode_id("Student", student), "startsOn": f"{day}"}  # type: ignore[arg-type]


def _expected(client: Subscriber) -> set[str]:
    return {
        row["student"]["firstName"]
        for row in client.sheet.values()
        if any(each["kind"] == "EXPECTED_ABSENT" for each in row["indicators"])
    }
