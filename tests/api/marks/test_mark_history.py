"""Who marked what and when, through the API (R4.9)."""

from datetime import timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import Lesson, World, new_world

HISTORY = """query($id: ID!) { occurrence(id: $id) {
  roster { student { firstName } history {
    revision changedAt source changedBy { __typename ... on StaffMember { firstName } }
    before { status note isDefaulted } after { status note isDefaulted }
  } }
  changes { revision source changedBy { __typename ... on StaffMember { firstName } } }
} }"""
SUBMIT = mutation("submitAttendance")


def submission(lesson: Lesson, *marks: dict[str, Any]) -> dict[str, Any]:
    return {"occurrenceId": occurrence_id(lesson), "marks": list(marks)}


def occurrence_id(lesson: Lesson) -> str:
    return lesson.sheet_id()


async def enrolled(world: World, lesson: Lesson, name: str) -> str:
    student = await world.student(first_name=name)
    await world.enroll(student, lesson.offering_id)
    return encode_id("Student", student)


async def test_R4_9_a_rows_history_tells_who_when_where_before_and_after(world: World, api: Api) -> None:
    await world.change_settings(staff_check_in_mode=True)
    lesson = await world.weekly_class()
    ann, _ = [await enrolled(world, lesson, name) for name in ("Ann", "Ben")]
    ada = await api.as_staff(world, person_id=await world.staff(Permission.OWNER, first_name="Ada"))
    tom = await api.as_staff(
        world, person_id=await world.staff(Permission.OWNER, first_name="Tom"), portal=Portal.STAFF
    )
    await ada.ask(SUBMIT, input=submission(lesson, {"studentId": ann, "status": "ABSENT", "note": "ill"}))
    api.clock.now += timedelta(minutes=1)
    await tom.ask(SUBMIT, input=submission(lesson, {"studentId": ann, "status": "TARDY"}))
    api.clock.now += timedelta(minutes=1)
    await ada.ask(SUBMIT, input=submission(lesson, {"studentId": ann, "status": None}))
    found = (await ada.ask(HISTORY, id=occurrence_id(lesson)))["occurrence"]
    of_ada = {"source": "OFFICE", "changedBy": {"__typename": "StaffMember", "firstName": "Ada"}}
    of_tom = {"source": "STAFF", "changedBy": {"__typename": "StaffMember", "firstName": "Tom"}}
    absent = {"status": "ABSENT", "note": "ill", "isDefaulted": False}
    tardy = {"status": "TARDY", "note": "ill", "isDefaulted": False}
    defaulted = {"status": "ABSENT", "note": None, "isDefaulted": True}
    last, second, first = [each["revision"] for each in found["roster"][0]["history"]]
    assert found["roster"] == [
        {
            "student": {"firstName": "Ann"},
            "history": [
                {"revision": last, "changedAt": "2026-11-17T03:02:00Z", "before": tardy, "after": None, **of_ada},
                {"revision": second, "changedAt": "2026-11-17T03:01:00Z", "before": absent, "after": tardy, **of_tom},
                {"revision": first, "changedAt": "2026-11-17T03:00:00Z", "before": None, "after": absent, **of_ada},
            ],
        },
        {
            "student": {"firstName": "Ben"},
            "history": [
                {"revision": last, "changedAt": "2026-11-17T03:02:00Z", "before": defaulted, "after": None, **of_ada},
                {
                    "revision": second,
                    "changedAt": "2026-11-17T03:01:00Z",
                    "before": None,
                    "after": defaulted,
                    **of_tom,
                },
            ],
        },
    ]
    told = {each["revision"]: each for each in found["changes"]}
    assert told[first] == {"revision": first, **of_ada}
    assert told[second] == {"revision": second, **of_tom}


async def test_R4_9_a_mark_without_changes_has_no_history(world: World, api: Api) -> None:
    lesson = await world.weekly_class()
    student = await world.student()
    await world.mark(student, lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    owner = await api.as_staff(world, Permission.OWNER)
    found = (await owner.ask(HISTORY, id=occurrence_id(lesson)))["occurrence"]
    assert found == {"roster": [{"student": {"firstName": "Ann"}, "history": []}], "changes": []}


@pytest.mark.parametrize("rows", [1, 20])
async def test_R3_5_histories_take_as_many_statements_for_20_rows_as_for_1(world: World, api: Api, rows: int) -> None:
    lesson = await world.weekly_class()
    ids = [await enrolled(world, lesson, str(number)) for number in range(rows)]
    owner = await api.as_staff(world, Permission.OWNER)
    for status in ("PRESENT", "ABSENT"):
        await owner.ask(SUBMIT, input=submission(lesson, *({"studentId": each, "status": status} for each in ids)))
    owner.statements.clear()
    data = await owner.ask(
        "query($id: ID!) { occurrence(id: $id) { roster { history { after { status } } } } }", id=occurrence_id(lesson)
    )
    expected = {"history": [{"after": {"status": "ABSENT"}}, {"after": {"status": "PRESENT"}}]}
    assert data["occurrence"]["roster"] == [expected] * rows
    assert len(owner.statements) == 1 + 3, owner.statements


async def test_R11_3_the_history_of_another_tenants_row_does_not_exist(world: World, api: Api) -> None:
    lesson = await world.weekly_class()
    ann = await enrolled(world, lesson, "Ann")
    owner = await api.as_staff(world, Permission.OWNER)
    await owner.ask(SUBMIT, input=submission(lesson, {"studentId": ann, "status": "PRESENT"}))
    entry = """query($id: ID!) { node(id: $id) { ... on RosterEntry { history { revision } } } }"""
    roster = "query($id: ID!) { occurrence(id: $id) { roster { id } } }"
    found = (await owner.ask(roster, id=occurrence_id(lesson)))["occurrence"]["roster"][0]["id"]
    assert (await owner.ask(entry, id=found))["node"] == {"history": [{"revision": 1}]}
    stranger = await api.as_staff(await new_world(world.owner, name="Other Gym"), Permission.OWNER)
    assert (await stranger.ask(entry, id=found))["node"] is None
