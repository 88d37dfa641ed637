"""Check-ins at once through the API, which locks the sheet as the transaction begins (R4.6, R4.11, R4.12)."""

import asyncio
from uuid import uuid4

import pytest

from attendance.rules.vocabulary import Portal
from db.engine import Database, create_engine
from db.marks.changes import lock_occurrence
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_occurrence_id
from tests.api.marks.check_in_desk import CheckInDesk, new_check_in_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS

NAMES = tuple(f"S{place}" for place in range(6))


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    desk = await new_check_in_desk(world, database, api, names=NAMES)
    await world.change_settings(office_check_in_mode=True, staff_check_in_mode=True)
    desk.at(DURING_CLASS)
    return desk


async def next_class(desk: CheckInDesk) -> None:
    """Another class of the same students. In every second one something happened to the occurrence before."""
    desk.lesson = await desk.world.weekly_class()
    for student in desk.students.values():
        await desk.world.enroll(student, desk.lesson.offering_id)


async def test_R4_6_several_at_once_are_all_present_and_change_each_default_once(desk: CheckInDesk) -> None:
    for number in range(SIZES.race_rounds):
        await next_class(desk)
        if number % 2:
            await desk.world.occurrence(desk.lesson.timeslot_id)
        came = NAMES[:4]
        async with asyncio.timeout(20):
            answers = await asyncio.gather(
                *(desk.check_in(name, api=(desk.office, desk.staff)[place % 2]) for place, name in enumerate(came))
            )
        revisions = sorted(each["occurrence"]["revision"] for each in answers)
        assert revisions == [1, 2, 3, 4]
        first, *others = sorted(answers, key=lambda each: each["occurrence"]["revision"])
        assert len(first["changedEntries"]) == len(NAMES)
        assert [len(each["changedEntries"]) for each in others] == [1, 1, 1]
        marks = await desk.marks()
        assert {name: mark[0] for name, mark in marks.items()} == {
            name: "PRESENT" if name in came else "ABSENT" for name in NAMES
        }


async def test_R4_11_the_same_key_twice_at_once_checks_in_once(desk: CheckInDesk) -> None:
    for _ in range(SIZES.race_rounds):
        await next_class(desk)
        key = str(uuid4())
        async with asyncio.timeout(20):
            one, two = await asyncio.gather(*(desk.check_in("S0", idempotencyKey=key) for _ in range(2)))
        assert one == two
        assert one["occurrence"]["revision"] == 1


async def test_R4_11_the_same_key_for_two_classes_at_once_is_refused_once(desk: CheckInDesk) -> None:
    for _ in range(SIZES.race_rounds):
        lessons = []
        for _ in range(2):
            await next_class(desk)
            lessons.append(desk.lesson)
        given = [desk.input("S0") | {"occurrenceId": encode_occurrence_id(each.key(MONDAY))} for each in lessons]
        key = {"idempotencyKey": str(uuid4())}
        query = "mutation($input: CheckInInput!) { checkIn(input: $input) { __typename } }"
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*(desk.office.send(query, input=each | key) for each in given))
        codes = sorted(each["errors"][0]["extensions"]["code"] if "errors" in each else "" for each in answers)
        assert codes == ["", "BAD_USER_INPUT"], answers


async def test_R4_12_nobody_waits_for_a_sheet_from_a_portal_without_check_ins(
    world: World, desk: CheckInDesk, database_url: str
) -> None:
    guardian = await desk.api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    query = "mutation($input: CheckInInput!) { checkIn(input: $input) { __typename } }"
    holding = Database(create_engine(database_url, pool_size=1))
    async with unit_of_work(holding, world.organization_id, Announcer()) as uow:
        await lock_occurrence(uow, desk.key)
        async with asyncio.timeout(5):
            code, _ = await guardian.refused(query, input=desk.input("S0"))
    await holding.close()
    assert code == "FORBIDDEN"
