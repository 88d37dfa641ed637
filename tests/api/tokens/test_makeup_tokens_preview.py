"""makeupTokensPreview: what it counts equals what createMakeupTokensForStudents then makes (R8.13)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import MONDAY_EVENING
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import JANUARY, MONDAY, World, new_world
from tests.support.fingerprint import fingerprint
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

pytestmark = pytest.mark.emptied_database

PREVIEW = """query($input: CreateMakeupTokensForStudentsInput!) { makeupTokensPreview(input: $input) {
  __typename ... on UserError { message } ... on MakeupTokenDatesNotPossible { reason draftIndex issueOn expiresOn }
  ... on MakeupTokensPreview { tokenCount emailCount issueOn expirations { expiresOn tokenCount } unreachedCount
    unreached { firstName } } } }"""
CREATE = mutation("createMakeupTokensForStudents", "studentCount")
MADE = text("SELECT issued_on, expires_on, count(*) AS tokens FROM makeup_token GROUP BY 1, 2 ORDER BY 2 NULLS LAST")


@pytest.fixture
async def office(world: World, api: Api) -> Api:
    api.clock.now = MONDAY_EVENING
    return await api.as_staff(world, Permission.OWNER)


async def pupils(world: World, emails: list[str | None], offering: Any, **place: Any) -> None:
    for number, email in enumerate(emails):
        family = await world.family(email=email)
        student = await world.student(first_name=f"S{number}", last_name=f"P{number}", family_id=family)
        await world.enroll(student, offering, **place)


async def preview(api: Api, token: dict[str, Any], **given: Any) -> Any:
    chosen = given or {"enrolled": {"enrolledOn": MONDAY.isoformat()}}
    return (await api.ask(PREVIEW, input={"token": token, **chosen}))["makeupTokensPreview"]


async def create(api: Api, database: Database, token: dict[str, Any]) -> Any:
    given = {"token": token, "enrolled": {"enrolledOn": MONDAY.isoformat()}}
    done = (await api.ask(CREATE, input=given))["createMakeupTokensForStudents"]
    await work_off(WorkerContext(database, Announcer(), lambda: MONDAY_EVENING))
    return done


@pytest.mark.parametrize(
    ("settings", "token", "emails"),
    [
        ({}, {"sendEmail": True}, 2),
        ({}, {"sendEmail": False}, 0),
        ({"expiry_unit": "END_OF_SESSION"}, {"sendEmail": True}, 2),
        ({"expiry_unit": "END_OF_SESSION"}, {"issueOn": "2026-11-30", "neverExpires": True}, 0),
        ({"token_limit": 1, "tokens_enabled": False}, {"sendEmail": True, "expiresOn": "2026-12-01"}, 2),
    ],
)
async def test_R8_13_what_is_counted_equals_what_then_happens(
    world: World, office: Api, database: Database, settings: dict[str, Any], token: dict[str, Any], emails: int
) -> None:
    swim, gym, dance = [await world.weekly_class() for _ in range(3)]
    await world.session(JANUARY, date(2026, 12, 20), offerings=[swim.offering_id])
    await world.session(JANUARY, date(2026, 12, 5), offerings=[gym.offering_id])
    await pupils(world, ["a@example.org", None], swim.offering_id)
    await pupils(world, ["  ", "b@example.org"], gym.offering_id)
    await pupils(world, ["c@example.org"], dance.offering_id, type=EnrollmentType.WAITLIST)
    if settings:
        await world.change_settings(**settings)
    before = await fingerprint(world)
    told = await preview(office, token)
    assert await fingerprint(world) == before
    assert (told["tokenCount"], told["emailCount"]) == (4, emails)
    unreached = ["S0", "S1"] if token.get("sendEmail") else []
    assert (told["unreachedCount"], [each["firstName"] for each in told["unreached"]]) == (len(unreached), unreached)
    assert (await create(office, database, token))["studentCount"] == told["tokenCount"]
    made = list(await world.owner.execute(MADE))
    assert {f"{row.issued_on}" for row in made} == {told["issueOn"]}
    assert [{"expiresOn": row.expires_on and f"{row.expires_on}", "tokenCount": row.tokens} for row in made] == told[
        "expirations"
    ]
    assert await world.owner.scalar(text("SELECT count(*) FROM email")) == told["emailCount"]


@pytest.mark.parametrize(
    ("settings", "token", "reason"),
    [
        ({}, {"expiresOn": "2026-11-15"}, "EXPIRES_BEFORE_ISSUE"),
        # Of a student whose session was over before today; the other student's token would be good.
        ({"expiry_unit": "END_OF_SESSION"}, {"issueOn": "2026-11-02"}, "EXPIRED_ALREADY"),
    ],
)
async def test_R8_13_what_would_be_refused_is_refused_alike(
    world: World, office: Api, database: Database, settings: dict[str, Any], token: dict[str, Any], reason: str
) -> None:
    swim, gym = await world.weekly_class(), await world.weekly_class()
    await world.session(JANUARY, date(2026, 12, 20), offerings=[swim.offering_id])
    await world.session(JANUARY, date(2026, 11, 8), offerings=[gym.offering_id])
    await pupils(world, [None], swim.offering_id)
    await pupils(world, [None], gym.offering_id)
    if settings:
        await world.change_settings(**settings)
    told = await preview(office, token)
    assert (told["__typename"], told["reason"], told["draftIndex"]) == ("MakeupTokenDatesNotPossible", reason, 0)
    assert await create(office, database, token) == told


async def test_R8_13_nobody_and_unknown_students(world: World, office: Api) -> None:
    assert (await preview(office, {}))["__typename"] == "NoStudents"
    other = await new_world(world.owner, name="Other Gym")
    foreign = {"token": {}, "studentIds": [encode_id("Student", await other.student())]}
    assert (await office.refused(PREVIEW, input=foreign))[0] == "NOT_FOUND"
    view = await office.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    chosen = {"token": {}, "enrolled": {"enrolledOn": MONDAY.isoformat()}}
    assert (await view.refused(PREVIEW, input=chosen))[0] == "FORBIDDEN"


@pytest.mark.parametrize("count", [1, 20])
async def test_R8_13_as_many_statements_for_twenty_students_as_for_one(world: World, office: Api, count: int) -> None:
    lesson = await world.weekly_class()
    await world.session(JANUARY, date(2026, 12, 20), offerings=[lesson.offering_id])
    await pupils(world, [None] * count, lesson.offering_id)
    await world.change_settings(expiry_unit="END_OF_SESSION")
    office.statements.clear()
    assert (await preview(office, {"sendEmail": True}))["unreachedCount"] == count
    assert len(office.statements) == 7, office.statements
