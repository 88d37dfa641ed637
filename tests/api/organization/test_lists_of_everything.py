"""R13.7: enrollments and makeup tokens are listed over the whole organization, by pages that indexes support."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import EnrollmentType, MakeupTokenState, Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import EVENING, Api
from tests.support.factories import LONG_AGO, MONDAY, World

DAY = timedelta(days=1)
PLACES = "query($offeringIds: [ID!], $studentId: ID, $type: EnrollmentType, $date: Date, $after: String) {"
PLACES += "enrollments(offeringIds: $offeringIds, studentId: $studentId, type: $type, date: $date, first: 2,"
PLACES += "after: $after) { nodes { type student { firstName } } pageInfo { endCursor hasNextPage } } }"
TOKENS = "query($states: [MakeupTokenState!], $studentId: ID, $programIds: [ID!], $expiresFrom: Date, $expiresTo: Date,"
TOKENS += "$after: String) { makeupTokens(states: $states, studentId: $studentId, programIds: $programIds,"
TOKENS += "expiresFrom: $expiresFrom, expiresTo: $expiresTo, first: 10, after: $after) {"
TOKENS += "nodes { id state expiresOn student { firstName } } pageInfo { endCursor hasNextPage } } }"
Node = dict[str, Any]


async def all_of(api: Api, document: str, field: str, **given: Any) -> list[Node]:
    """All pages."""
    found: list[Node] = []
    after = None
    while True:
        page = (await api.ask(document, after=after, **given))[field]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.fixture
async def office(world: World, api: Api) -> Api:
    person = await world.staff(Permission.OWNER)
    return await api.signed_in(world, person, Portal.OFFICE, lasting=timedelta(days=3))


async def test_R13_7_enrollments_by_offering_date_type_and_student(office: Api, api: Api, world: World) -> None:
    swim, gym = await world.weekly_class(), await world.weekly_class(name="Gym")
    people = {name: await world.student(first_name=name) for name in ("Ann", "Ben", "Cy", "Dee")}
    joined: list[tuple[str, Any, EnrollmentType, dict[str, Any]]] = [
        ("Cy", swim, EnrollmentType.WAITLIST, {}),
        ("Ann", swim, EnrollmentType.ACTIVE, {}),
        ("Ben", gym, EnrollmentType.TRIAL, {"drop_on": MONDAY}),
        ("Dee", swim, EnrollmentType.WAITLIST, {}),
        ("Ann", gym, EnrollmentType.ACTIVE, {"deleted_at": LONG_AGO}),
    ]
    for number, (name, lesson, type_, more) in enumerate(joined):
        at = LONG_AGO + number * timedelta(minutes=1)
        await world.enroll(people[name], lesson.offering_id, type=type_, created_at=at, **more)

    async def names(**given: Any) -> list[str]:
        return [each["student"]["firstName"] for each in await all_of(office, PLACES, "enrollments", **given)]

    assert await names() == ["Cy", "Ann", "Ben", "Dee"]
    assert await names(type="WAITLIST") == ["Cy", "Dee"]
    assert await names(offeringIds=[encode_id("Offering", gym.offering_id)]) == ["Ben"]
    assert await names(offeringIds=[]) == []
    assert await names(studentId=encode_id("Student", people["Ann"])) == ["Ann"]
    assert await names(date=str(MONDAY)) == ["Cy", "Ann", "Ben", "Dee"]
    assert await names(date=str(MONDAY + DAY)) == ["Cy", "Ann", "Dee"]
    teacher = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[gym.offering_id])
    staff = await api.signed_in(world, teacher, Portal.STAFF)
    assert [each["student"]["firstName"] for each in await all_of(staff, PLACES, "enrollments")] == ["Ben"]


async def test_R13_7_tokens_by_state_student_program_and_expiry(office: Api, api: Api, world: World) -> None:
    """The list agrees with the state that each token shows, in every state and on both sides of midnight."""
    office.clock.now = EVENING
    await world.location(name="Far", time_zone="Pacific/Auckland")
    swim, gym = await world.program(), await world.program(name="Gym")
    lesson = await world.weekly_class()
    ann, ben = await world.student(first_name="Ann"), await world.student(first_name="Ben")
    await world.enroll(ben, lesson.offering_id)
    for days in (-30, -1, 0, 1, 2, 30):
        for here in (None, world.location_id):
            await world.makeup_token(ann, expires_on=MONDAY + days * DAY, issued_on=date(2026, 1, 1), location_id=here)
            await world.makeup_token(
                ann, expires_on=None, issued_on=MONDAY + days * DAY, location_id=here, program_id=gym
            )
        token = await world.makeup_token(ben, expires_on=None, issued_on=date(2026, 1, 1), program_id=swim)
        makeup = await world.enroll(
            ben,
            lesson.offering_id,
            type=EnrollmentType.MAKEUP,
            starts_on=MONDAY + days * DAY,
            drop_on=MONDAY + days * DAY,
            timeslot_id=lesson.timeslot_id,
        )
        await world.change(models.MakeupToken, token, makeup_enrollment_id=makeup)
        asked = await world.makeup_token(ben, expires_on=MONDAY, issued_on=date(2026, 1, 1))
        await world.makeup_request(asked, ben, lesson.timeslot_id, held_on=MONDAY + days * DAY)
    await world.makeup_token(ben, expires_on=None, revoked_at=LONG_AGO)
    await world.makeup_token(ben, expires_on=None, deleted_at=LONG_AGO)
    lapsed = await world.makeup_token(ben, expires_on=None, issued_on=date(2026, 1, 1))
    await world.change(models.MakeupToken, lapsed, lapses_on=MONDAY - DAY)

    async def listed(**given: Any) -> list[Node]:
        return await all_of(office, TOKENS, "makeupTokens", **given)

    every = await listed()
    assert len(every) == 6 * 6 + 3
    keys = [each["expiresOn"] or "9999" for each in every]
    assert keys == sorted(keys)
    assert {each["state"] for each in every} == {state.value for state in MakeupTokenState}
    for hours in (0, 2, 12, 24):
        office.clock.now = EVENING + timedelta(hours=hours)
        every = await listed()
        for state in MakeupTokenState:
            assert await listed(states=[state.value]) == [each for each in every if each["state"] == state.value], state

    async def count(is_wanted: Callable[[Node], bool], **given: Any) -> None:
        assert await listed(**given) == [each for each in every if is_wanted(each)]

    await count(lambda it: it["student"]["firstName"] == "Ann", studentId=encode_id("Student", ann))
    await count(lambda it: it["expiresOn"] == "2026-11-16", expiresFrom="2026-11-16", expiresTo="2026-11-16")
    await count(lambda it: (it["expiresOn"] or "9999") >= "2026-11-17", expiresFrom="2026-11-17")
    assert len(await listed(programIds=[encode_id("Program", gym)])) == 12
    teacher = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[lesson.offering_id])
    staff = await api.signed_in(world, teacher, Portal.STAFF)
    seen = await all_of(staff, TOKENS, "makeupTokens")
    assert {each["student"]["firstName"] for each in seen} == {"Ben"}


async def test_R13_7_a_page_takes_as_many_statements_as_another(office: Api, world: World) -> None:
    async def statements() -> tuple[int, int]:
        counts = []
        for document, field in ((PLACES, "enrollments"), (TOKENS, "makeupTokens")):
            office.statements.clear()
            await office.ask(document.replace("first: 2,", "first: 100,").replace("first: 10,", "first: 100,"))
            counts.append(len(office.statements))
            assert field
        return counts[0], counts[1]

    lesson = await world.weekly_class()
    for number in range(2):
        student = await world.student(first_name=f"S{number}")
        await world.enroll(student, lesson.offering_id)
        await world.makeup_token(student)
    few = await statements()
    for number in range(10):
        student = await world.student(first_name=f"T{number}")
        await world.enroll(student, (await world.weekly_class()).offering_id)
        await world.makeup_token(student)
    assert await statements() == few
