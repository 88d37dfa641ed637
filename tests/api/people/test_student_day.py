"""What a family's app shows: today with its marks and what comes next, for all children in one query (R10.3)."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import AttendanceStatus, BlackoutScope, EnrollmentType, Permission, Portal
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, World

WEEK = timedelta(days=7)
BUDGET = 18
DURING_CLASS = datetime(2026, 11, 16, 23, 10, tzinfo=UTC)
DAY = """query($id: ID!, $first: Int!) { student(id: $id) {
  today { occurrence { date state offering { name } } mark { status note markedBy { __typename } } isEditable }
  nextOccurrences(first: $first) { date startsAt state offering { name } }
} }"""
MOBILE = """{ viewer { ... on GuardianViewer { name students {
  firstName lastName
  makeupTokenGroups { usableHere { state expiresOn location { name } missedOccurrence { startsAt } }
    usableElsewhere { id } requested { id } pending { id makeup { startsOn offering { name } } } spent { id }
    expired { id } }
  today { occurrence { startsAt endsAt state offering { name } location { name } } mark { status } }
  nextOccurrences(first: 3) { startsAt state offering { name } location { name } cancellation { comment } }
} } } }"""


async def day(api: Api, student: UUID, first: int = 5) -> tuple[list[tuple[str, Any]], list[tuple[str, str, str]]]:
    """Today's classes with their status, and the next ones with date and state."""
    found = (await api.ask(DAY, id=encode_id("Student", student), first=first))["student"]
    today = [
        (each["occurrence"]["offering"]["name"], each["mark"] and each["mark"]["status"]) for each in found["today"]
    ]
    coming = [(each["offering"]["name"], each["date"], each["state"]) for each in found["nextOccurrences"]]
    return today, coming


@pytest.fixture
async def guardian(world: World, api: Api) -> tuple[Api, UUID]:
    api.clock.now = DURING_CLASS
    family = await world.family()
    gail = await world.guardian(family)
    return await api.signed_in(world, gail, Portal.CUSTOMER), family


async def test_R10_3_today_has_marks_and_what_comes_next_is_bounded(world: World, guardian: tuple[Api, UUID]) -> None:
    api, family = guardian
    ann = await world.student(family_id=family)
    swim, gym = await world.weekly_class(name="Swim"), await world.weekly_class(name="Gym", start_time=time(19))
    other = await world.weekly_class(name="Other")
    for lesson in (swim, gym):
        await world.enroll(ann, lesson.offering_id)
    await world.enroll(ann, other.offering_id, type=EnrollmentType.WAITLIST)
    await world.mark(ann, swim.timeslot_id, status=AttendanceStatus.TARDY, note="Bus")
    await world.occurrence(swim.timeslot_id, MONDAY + WEEK, cancelled_at=LONG_AGO)
    today, coming = await day(api, ann, 3)
    assert today == [("Swim", "TARDY"), ("Gym", None)]
    assert coming == [
        ("Gym", "2026-11-16", "SCHEDULED"),
        ("Swim", "2026-11-23", "CANCELLED"),
        ("Gym", "2026-11-23", "SCHEDULED"),
    ]
    assert len((await day(api, ann, 20))[1]) == 9
    found = (await api.ask(DAY, id=encode_id("Student", ann), first=1))["student"]["today"][0]
    assert (found["mark"]["note"], found["mark"]["markedBy"], found["isEditable"]) == (None, None, False)


async def test_R10_3_dates_without_a_class_are_not_told(world: World, guardian: tuple[Api, UUID]) -> None:
    api, family = guardian
    ann = await world.student(family_id=family)
    closed = await world.program(blackouts=[(MONDAY, MONDAY, BlackoutScope.BOTH)])
    for number, (first, last, program) in enumerate(
        [(MONDAY - WEEK, MONDAY - WEEK, None), (MONDAY + WEEK, MONDAY + WEEK, None), (MONDAY - WEEK, MONDAY, closed)]
    ):
        lesson = await world.weekly_class(name=f"Class {number}", program_id=program)
        await world.session(first, last, offerings=[lesson.offering_id])
        await world.enroll(ann, lesson.offering_id)
    assert await day(api, ann) == ([], [("Class 1", "2026-11-23", "SCHEDULED")])


async def test_R10_3_today_is_the_locations_own_day(world: World, guardian: tuple[Api, UUID]) -> None:
    api, family = guardian
    ann = await world.student(family_id=family)
    far = await world.location(time_zone="Pacific/Auckland")
    here, there = await world.weekly_class(name="Here"), await world.weekly_class(name="There", location_id=far)
    for lesson in (here, there):
        await world.enroll(ann, lesson.offering_id)
    assert [name for name, _ in (await day(api, ann))[0]] == ["Here"]
    api.clock.now = datetime(2026, 11, 16, 5, tzinfo=UTC)
    assert [name for name, _ in (await day(api, ann))[0]] == ["There"]


async def test_R4_4_a_mark_of_today_stays_when_the_place_is_gone(world: World, guardian: tuple[Api, UUID]) -> None:
    api, family = guardian
    ann, lesson = await world.student(family_id=family), await world.weekly_class(name="Swim")
    await world.mark(ann, lesson.timeslot_id)
    await world.mark(ann, lesson.timeslot_id, held_on=MONDAY - WEEK)
    assert await day(api, ann) == ([("Swim", "PRESENT")], [])


async def test_R11_3_a_teacher_sees_of_the_day_what_is_taught(world: World, api: Api) -> None:
    api.clock.now = DURING_CLASS
    ann = await world.student()
    swim, gym = await world.weekly_class(name="Swim"), await world.weekly_class(name="Gym", start_time=time(19))
    for lesson in (swim, gym):
        await world.enroll(ann, lesson.offering_id)
    tom = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[swim.offering_id])
    teacher = await api.signed_in(world, tom, Portal.STAFF)
    assert await day(teacher, ann, 1) == ([("Swim", None)], [("Swim", "2026-11-23", "SCHEDULED")])


@pytest.mark.parametrize("first", [-1, 21])
async def test_the_number_of_next_occurrences_is_bounded(world: World, guardian: tuple[Api, UUID], first: int) -> None:
    api, family = guardian
    ann = await world.student(family_id=family)
    code, message = await api.refused(DAY, id=encode_id("Student", ann), first=first)
    assert (code, message) == ("BAD_USER_INPUT", f'Argument "first" is {first}; it must be from 0 to 20.')


@pytest.mark.parametrize("children", [1, 5])
async def test_R3_5_one_query_gives_a_family_all_in_as_many_statements_for_five_children(
    world: World, guardian: tuple[Api, UUID], children: int
) -> None:
    api, family = guardian
    for number in range(children):
        child = await world.student(first_name=f"Child {number}", family_id=family)
        for weekday in (1, 2, 3):
            lesson = await world.weekly_class(name=f"Class {number}.{weekday}", weekday=weekday)
            await world.enroll(child, lesson.offering_id)
        await world.mark(child, lesson.timeslot_id, held_on=MONDAY - timedelta(days=5))
        await world.makeup_token(child)
        day = MONDAY + WEEK + timedelta(days=2)
        makeup = await world.makeup(child, lesson, day)
        await world.makeup_token(child, makeup_enrollment_id=makeup)
    api.statements.clear()
    students = (await api.ask(MOBILE))["viewer"]["students"]
    assert [each["firstName"] for each in students] == [f"Child {number}" for number in range(children)]
    for each in students:
        groups = each["makeupTokenGroups"]
        assert (len(groups["usableHere"]), len(groups["pending"])) == (1, 1)
        assert len(each["today"]) == 1
        assert len(each["nextOccurrences"]) == 3
    assert len(api.statements) == BUDGET, api.statements
