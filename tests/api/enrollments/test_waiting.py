"""R3.1: an ACTIVE place ends the student's wait for it; nothing else does, and the others go on waiting."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentType, Permission
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.viewers import DURING_CLASS

DAY, WEEK = timedelta(days=1), timedelta(days=7)
ENROLL = mutation("enrollStudent", "enrollment { id }")
TRANSFER = mutation("transferEnrollment", "enrollment { id }")
WAITING = text(
    "SELECT s.first_name, e.starts_on, e.drop_on, e.end_cause FROM enrollment e"
    " JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id"
    " WHERE e.organization_id = :own AND e.type = 'WAITLIST' AND e.deleted_at IS NULL ORDER BY e.created_at, e.id"
)


@pytest.fixture
async def office(world: World, api: Api) -> Api:
    api.clock.now = DURING_CLASS
    return await api.as_staff(world, Permission.OWNER)


async def enroll(office: Api, student: UUID, offering: UUID, starts_on: date = MONDAY, **more: Any) -> Any:
    given: dict[str, Any] = {"studentId": encode_id("Student", student)}
    given |= {"offeringId": encode_id("Offering", offering)}
    given |= {"type": "ACTIVE", "startsOn": str(starts_on), **more}
    return (await office.ask(ENROLL, input=given))["enrollStudent"]


async def waiting(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.owner.execute(WAITING, {"own": world.organization_id})]


async def wait(world: World, name: str, offering: UUID, starts_on: date = MONDAY - WEEK, **more: Any) -> UUID:
    student = await world.student(first_name=name)
    await world.enroll(student, offering, type=EnrollmentType.WAITLIST, starts_on=starts_on, **more)
    return student


@pytest.mark.parametrize(
    ("place", "last_day"),
    [
        ({"starts_on": MONDAY}, MONDAY - DAY),
        ({"starts_on": MONDAY - 3 * DAY}, MONDAY - 4 * DAY),
        # The student does not wait until the place begins.
        ({"starts_on": MONDAY + 2 * WEEK}, MONDAY),
        ({"starts_on": MONDAY, "dropOn": str(MONDAY + WEEK)}, MONDAY - DAY),
    ],
)
async def test_R3_1_an_active_place_ends_the_wait_for_it(
    world: World, office: Api, place: dict[str, Any], last_day: date
) -> None:
    offering, other = (await world.weekly_class()).offering_id, (await world.weekly_class(weekday=2)).offering_id
    await wait(world, "First", offering)
    ben = await wait(world, "Ben", offering)
    await world.enroll(ben, other, type=EnrollmentType.WAITLIST, starts_on=MONDAY - WEEK)
    await wait(world, "Last", offering)
    before = await waiting(world)
    assert (await enroll(office, ben, offering, **place))["__typename"] == "EnrollStudentSuccess"
    before[1] = ("Ben", MONDAY - WEEK, last_day, "DROPPED")
    assert await waiting(world) == before


async def test_R3_1_a_wait_that_began_with_the_place_goes(world: World, office: Api) -> None:
    offering = (await world.weekly_class()).offering_id
    ben = await wait(world, "Ben", offering, MONDAY)
    await enroll(office, ben, offering)
    assert await waiting(world) == []


async def test_R3_1_other_places_end_no_wait(world: World, office: Api) -> None:
    """A trial, a place at another timeslot, and one that is over before the wait begins."""
    lesson = await world.weekly_class()
    tuesday = await world.timeslot(lesson.offering_id, weekday=2)
    ann = await wait(world, "Ann", lesson.offering_id)
    ben = await wait(world, "Ben", lesson.offering_id, timeslot_id=tuesday)
    eve = await wait(world, "Eve", lesson.offering_id, MONDAY + 5 * WEEK)
    before = await waiting(world)
    for given in (
        (await enroll(office, ann, lesson.offering_id, type="TRIAL")),
        (await enroll(office, ben, lesson.offering_id, timeslotId=encode_id("Timeslot", lesson.timeslot_id))),
        (await enroll(office, eve, lesson.offering_id, dropOn=str(MONDAY + 2 * WEEK))),
    ):
        assert given["__typename"] == "EnrollStudentSuccess"
    assert await waiting(world) == before


async def test_R3_1_a_transfer_ends_the_wait_for_its_target(world: World, office: Api) -> None:
    offering, wanted = (await world.weekly_class()).offering_id, (await world.weekly_class(weekday=2)).offering_id
    ben = await wait(world, "Ben", wanted)
    source = await world.enroll(ben, offering, starts_on=MONDAY - WEEK)
    given = {"enrollmentId": encode_id("Enrollment", source), "offeringId": encode_id("Offering", wanted)}
    done = (await office.ask(TRANSFER, input=given | {"startsOn": str(MONDAY)}))["transferEnrollment"]
    assert done["__typename"] == "TransferEnrollmentSuccess"
    assert await waiting(world) == [("Ben", MONDAY - WEEK, MONDAY - DAY, "DROPPED")]
