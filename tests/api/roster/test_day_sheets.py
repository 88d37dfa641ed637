"""R14.4: all roll sheets of a day in one request."""

from datetime import time, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from gql.roster import day_sheets_query
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World

DAY_SHEETS = """query($date: Date!, $locations: [ID!]) { daySheets(date: $date, locationIds: $locations) {
  id revision state attendanceState tally { present unmarked }
  roster { id student { firstName } mark { status } indicators { kind } } } }"""


@pytest.fixture
async def owner_api(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


async def class_of(world: World, *names: str, **given: Any) -> Lesson:
    lesson = await world.weekly_class(**given)
    for name in names:
        await world.enroll(await world.student(first_name=name), lesson.offering_id)
    return lesson


async def sheets(api: Api, date: Any = MONDAY, **given: Any) -> list[Any]:
    found: list[Any] = (await api.ask(DAY_SHEETS, date=str(date), **given))["daySheets"]
    return found


async def test_R14_4_all_sheets_of_a_day_with_their_revisions(world: World, owner_api: Api) -> None:
    late, early = await world.weekly_class(start_time=time(19)), await world.weekly_class(start_time=time(9))
    ann, ben = await world.student(first_name="Ann"), await world.student(first_name="Ben")
    for student in (ann, ben):
        await world.enroll(student, late.offering_id)
    await world.weekly_class(weekday=2)
    (first, second) = await sheets(owner_api)
    assert [first["id"], second["id"]] == [early.sheet_id(), late.sheet_id()]
    assert (first["roster"], second["revision"], second["attendanceState"]) == ([], 0, "NOT_TAKEN")
    await owner_api.submit(late, {ben: "PRESENT"})
    (_, second) = await sheets(owner_api)
    assert second["revision"] == 1
    assert [(row["student"]["firstName"], row["mark"]) for row in second["roster"]] == [
        ("Ann", None),
        ("Ben", {"status": "PRESENT"}),
    ]
    assert second["tally"] == {"present": 1, "unmarked": 1}
    assert await sheets(owner_api, MONDAY + timedelta(days=2)) == []


async def test_R14_4_those_of_some_locations(world: World, owner_api: Api) -> None:
    elsewhere = await world.location(name="Elsewhere")
    here = await class_of(world, "Ann")
    there = await class_of(world, "Ben", location_id=elsewhere)
    assert {each["id"] for each in await sheets(owner_api)} == {here.sheet_id(), there.sheet_id()}
    (only,) = await sheets(owner_api, locations=[encode_id("Location", elsewhere)])
    assert only["id"] == there.sheet_id()


async def test_R14_4_staff_get_the_sheets_that_they_teach(world: World, api: Api) -> None:
    mine = await class_of(world, "Ann")
    await class_of(world, "Ben")
    teacher = await world.staff(Permission.STAFF_ATTENDANCE_FULL)
    await world.add(models.OfferingInstructor, offering_id=mine.offering_id, person_id=teacher)
    staff = await api.as_staff(world, portal=Portal.STAFF, person_id=teacher)
    assert [each["id"] for each in await sheets(staff)] == [mine.sheet_id()]


async def test_R14_4_as_many_statements_for_one_sheet_as_for_many(world: World, owner_api: Api) -> None:
    counts = []
    for hour in range(9, 16):
        await class_of(world, "Ann", "Ben", start_time=time(hour))
        owner_api.statements.clear()
        assert len(await sheets(owner_api)) == hour - 8
        counts.append(len(owner_api.statements))
    assert max(counts) == counts[0] <= 5


async def test_R14_4_a_day_with_too_many_sheets_asks_for_locations(
    world: World, owner_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_sheets_query, "MOST_SHEETS", 1)
    for hour in (9, 10):
        await class_of(world, "Ann", start_time=time(hour))
    code, message = await owner_api.refused(DAY_SHEETS, date=str(MONDAY))
    assert code == "BAD_USER_INPUT"
    assert "Name some of the locations in locationIds" in message
