"""R13.4: a family is registered at the desk in one call, on today's open sheet; duplicates are told before."""

from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import Lesson, World
from tests.support.fingerprint import fingerprint
from tests.support.viewers import DURING_CLASS

DONE = """
  family { id name } guardians { firstName phones } students { id firstName }
  enrollments { type startsOn dropOn offering { name } }
"""
GIL = {"firstName": "Gil", "lastName": "Cook", "email": "gil@example.com", "phones": ["+1 512 555 0199"]}
BEA = {"firstName": "Bea", "lastName": "Cook", "birthOn": "2018-05-01", "enrollments": []}
COOKS = {"family": {"name": "Cook"}, "guardians": [GIL], "students": [BEA]}
DESK = (
    Permission.MANAGE_PEOPLE,
    Permission.MANAGE_ENROLLMENTS,
    Permission.OFFICE_ATTENDANCE_FULL,
    Permission.OFFICE_SEE_ALL,
)


def place(lesson: Lesson, type_: str, **more: Any) -> dict[str, Any]:
    return {"offeringId": encode_id("Offering", lesson.offering_id), "type": type_, "startsOn": "2026-11-16", **more}


@pytest.fixture
async def desk(world: World, api: Api) -> Api:
    api.clock.now = DURING_CLASS
    return await api.as_staff(world, *DESK)


async def test_R13_4_everybody_is_registered_in_one_call_and_on_todays_open_sheet(desk: Api, world: World) -> None:
    await world.change_settings(office_check_in_mode=True)
    swim, gym = await world.weekly_class(), await world.weekly_class(name="Gym")
    ann = await world.student()
    await world.enroll(ann, swim.offering_id)
    await desk.act("checkIn", occurrenceId=swim.sheet_id(), studentId=encode_id("Student", ann))
    ben = {"firstName": "Ben", "lastName": "Cook", "enrollments": [place(swim, "SINGLE_DAY"), place(gym, "ACTIVE")]}
    students = [BEA | {"enrollments": [place(swim, "TRIAL", dropOn="2026-11-30")]}, ben]
    done = await desk.act("registerFamily", DONE, **COOKS | {"students": students})
    assert done["family"]["name"] == "Cook"
    (family,) = await world.rows(models.Family, name="Cook")
    assert (family.email, family.phone) == ("gil@example.com", "+1 512 555 0199"), "those of the first guardian"
    assert done["guardians"] == [{"firstName": "Gil", "phones": ["+1 512 555 0199"]}]
    assert [each["firstName"] for each in done["students"]] == ["Bea", "Ben"]
    assert done["enrollments"] == [
        {"type": "TRIAL", "startsOn": "2026-11-16", "dropOn": "2026-11-30", "offering": {"name": "Swim 1"}},
        {"type": "SINGLE_DAY", "startsOn": "2026-11-16", "dropOn": "2026-11-16", "offering": {"name": "Swim 1"}},
        {"type": "ACTIVE", "startsOn": "2026-11-16", "dropOn": None, "offering": {"name": "Gym"}},
    ]
    sheet = await desk.occurrence(
        swim.sheet_id(), "roster { student { firstName } mark { status isDefaulted } } changes { kind }"
    )
    # Somebody is checked in, so who joins begins as absent (R4.7).
    absent = {"status": "ABSENT", "isDefaulted": True}
    assert {row["student"]["firstName"]: row["mark"] for row in sheet["roster"]} == {
        "Ann": {"status": "PRESENT", "isDefaulted": False},
        "Bea": absent,
        "Ben": absent,
    }
    assert [each["kind"] for each in sheet["changes"]].count("ROSTER") == 2


async def test_R13_4_possible_duplicates_are_told_and_others_are_registered(desk: Api, world: World) -> None:
    first = await desk.act("registerFamily", DONE, **COOKS)
    before = await fingerprint(world)
    again = COOKS | {"family": {"name": "Koch", "email": "GIL@example.com", "phone": "(512) 555-0199"}, "guardians": []}
    bea = {"firstName": "BÉA", "lastName": "Cook", "birthOn": "2018-05-01", "enrollments": []}
    refused = await desk.act("registerFamily", DONE, **again | {"students": [bea]})
    assert refused["__typename"] == "PossibleDuplicates"
    family = {"familyId": first["family"]["id"], "familyName": "Cook"}
    assert refused["duplicates"] == [
        {"reason": "SAME_PHONE", **family, "studentId": None},
        {"reason": "SAME_EMAIL", **family, "studentId": None},
        {"reason": "SAME_NAME_AND_BIRTHDAY", **family, "studentId": first["students"][0]["id"]},
    ]
    assert await fingerprint(world) == before
    other = await desk.act("registerFamily", DONE, **again | {"students": [bea], "despiteDuplicates": True})
    assert other["family"]["name"] == "Koch"


async def test_R13_4_others_are_added_to_the_family_that_there_is(desk: Api, world: World) -> None:
    first = await desk.act("registerFamily", DONE, **COOKS)
    cy = BEA | {"firstName": "Cy"}
    given: dict[str, Any] = {"familyId": first["family"]["id"], "guardians": [], "students": [cy]}
    added = await desk.act("registerFamily", DONE, **given)
    assert added["family"] == first["family"]
    # The same number and child in the family itself: only the child is told.
    gus = {"firstName": "Gus", "lastName": "Cook", "phones": ["5125550199"]}
    refused = await desk.act("registerFamily", DONE, **given | {"guardians": [gus], "students": [BEA]})
    assert [each["reason"] for each in refused["duplicates"]] == ["SAME_NAME_AND_BIRTHDAY"]
    taken = await desk.act("registerFamily", DONE, **given | {"guardians": [GIL], "students": []})
    assert taken["__typename"] == "GuardianEmailTaken"


async def test_R13_4_a_full_class_registers_nobody(desk: Api, world: World) -> None:
    swim = await world.weekly_class(capacity=1)
    await world.enroll(await world.student(), swim.offering_id)
    before = await fingerprint(world)
    students = [BEA | {"enrollments": [place(swim, "ACTIVE")]}]
    refused = await desk.act("registerFamily", DONE, **COOKS | {"students": students})
    assert refused["__typename"] == "OfferingFull"
    assert await fingerprint(world) == before
    waiting = [BEA | {"enrollments": [place(swim, "WAITLIST")]}]
    done = await desk.act("registerFamily", DONE, **COOKS | {"students": waiting})
    assert done["enrollments"][0]["type"] == "WAITLIST"


async def test_section_11_places_need_their_permission(api: Api, desk: Api, world: World) -> None:
    swim = await world.weekly_class()
    clerk = await api.as_staff(
        world, Permission.MANAGE_PEOPLE, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL
    )
    students = [BEA | {"enrollments": [place(swim, "TRIAL")]}]
    refused = await clerk.act("registerFamily", DONE, **COOKS | {"students": students})
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "MANAGE_ENROLLMENTS")
    assert (await clerk.act("registerFamily", DONE, **COOKS))["__typename"] == "RegisterFamilySuccess"


async def test_R13_4_the_statements_do_not_grow_with_the_business(desk: Api, world: World) -> None:
    async def statements(name: str) -> int:
        swim = await world.weekly_class()
        desk.statements.clear()
        students = [BEA | {"firstName": name, "enrollments": [place(swim, "ACTIVE")]}]
        given = {"family": {"name": name}, "guardians": [], "students": students}
        assert (await desk.act("registerFamily", DONE, **given))["__typename"] == "RegisterFamilySuccess"
        return len(desk.statements)

    few = await statements("First")
    for number in range(20):
        swim = await world.weekly_class()
        await world.enroll(await world.student(first_name=f"S{number}"), swim.offering_id)
    assert await statements("Second") == few


async def test_R13_4_what_contradicts_itself_is_told(desk: Api) -> None:
    document = "mutation($input: RegisterFamilyInput!) { registerFamily(input: $input) { __typename } }"
    message = "Give exactly one of input.family and input.familyId."
    assert await desk.refused(document, input={}) == ("BAD_USER_INPUT", message)


async def test_R4_11_a_retry_registers_once(desk: Api, world: World) -> None:
    given = COOKS | {"idempotencyKey": "desk-2"}
    assert await desk.act("registerFamily", DONE, **given) == await desk.act("registerFamily", DONE, **given)
    assert await world.count(models.Student) == 1
