"""R3.5: what a request costs does not depend on how much it shows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import Permission
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World

ROSTER = """query($id: ID!) { occurrence(id: $id) {
  id date startsAt endsAt state canRecordAttendance notRecordable { reason message } revision
  attendanceState tally { present absent unmarked total } openings capacity
  offering { id name kind program { name } } location { id name timeZone } instructors { id firstName lastName }
  roster {
    id isSubdued attendanceRate
    student { id firstName lastName medicalAlert family { id name balance currency } }
    enrollment { id type startsOn dropOn offering { name } timeslot { id } }
    mark { status isDefaulted source markedAt note revision needsReview markedBy { ... on StaffMember { firstName } } }
    indicators { kind label detail facts { __typename
      ... on BirthdayFacts { birthdayOn age } ... on NotesFacts { count highestLevel }
      ... on MakeupFacts { missedOn } ... on BalanceDueFacts { amount currency }
      ... on ExpectedAbsentFacts { isExcused comment } ... on DropFacts { dropOn isLastOccurrence }
      ... on TransferFacts { direction otherOfferingName } ... on FirstDayFacts { isFirstEnrollment } } }
  }
} }"""


async def filled(world: World, rows: int, **offering: Any) -> Lesson:
    """A class with so many rows, every one of them with marks, notes, an absence told and a birthday."""
    lesson = await world.weekly_class(**offering)
    for number in range(rows):
        student = await world.student(
            first_name=f"Student {number}",
            birth_on=MONDAY.replace(year=2018),
            medical_alert="Nuts",
            roll_sheet_comment="Shy",
        )
        enrollment = await world.enroll(student, lesson.offering_id)
        await world.note(student)
        await world.expected_absence(student, enrollments=[enrollment])
        for week in range(3):
            held_on = MONDAY - timedelta(7 * week)
            await world.mark(student, lesson.timeslot_id, held_on=held_on, enrollment_id=enrollment)
    return lesson


async def owner_of(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


@pytest.mark.parametrize("rows", [0, 1, 30])
async def test_R3_5_a_roster_takes_four_statements_in_all(world: World, api: Api, rows: int) -> None:
    lesson = await filled(world, rows, capacity=40)
    staff = await owner_of(world, api)
    staff.statements.clear()
    data = await staff.ask(ROSTER, id=lesson.sheet_id())
    assert len(data["occurrence"]["roster"]) == rows
    assert len(staff.statements) == 4, staff.statements
    # Of a viewer who is remembered, everything is read in one statement, which is a transaction by itself.
    staff.statements.clear()
    assert await staff.ask(ROSTER, id=lesson.sheet_id()) == data
    assert len(staff.statements) == 1, staff.statements


@pytest.mark.parametrize(
    ("selected", "is_read"),
    [
        ("student { firstName } mark { status }", set()),
        ("student { firstName } attendanceRate", {"mark h"}),
        ("indicators { kind }", {"student_note"}),
        ("attendanceRate indicators { kind }", {"mark h", "student_note"}),
    ],
)
async def test_R3_5_what_is_not_selected_of_a_roster_is_not_read(
    world: World, api: Api, selected: str, is_read: set[str]
) -> None:
    lesson = await filled(world, 1)
    staff = await owner_of(world, api)
    for query in (
        f"query($id: ID!) {{ occurrence(id: $id) {{ roster {{ {selected} }} }} }}",
        f"query($id: ID!) {{ node(id: $id) {{ ... on Occurrence {{ roster {{ {selected} }} }} }} }}",
    ):
        staff.statements.clear()
        await staff.ask(query, id=lesson.sheet_id())
        (read,) = [each for each in staff.statements if "roll_sheet_comment" in each]
        assert {part for part in ("mark h", "student_note") if part in read} == is_read


LISTING = """query($first: Int) {
  occurrences(filter: {from: "2026-11-16", to: "2026-11-22"}, first: $first) { nodes {
    id state attendanceState tally { total } offering { name } instructors { id }
    %s
  } }
}"""


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("", 5),
        ("roster { student { firstName } indicators { kind } }", 8),
        ("openings roster { id } other: roster(orderBy: FIRST_NAME) { id }", 8),
        ("roster { student { notes(open: true) { body } enrollments { offering { name } } } }", 15),
    ],
)
@pytest.mark.parametrize("listed", [1, 20])
async def test_R3_5_a_listing_takes_as_many_for_20_as_for_1(
    world: World, api: Api, listed: int, below: str, expected: int
) -> None:
    for number in range(listed):
        await filled(world, 1, name=f"Class {number}", capacity=5)
    staff = await owner_of(world, api)
    staff.statements.clear()
    data = await staff.ask(LISTING % below, first=50)
    assert len(data["occurrences"]["nodes"]) == listed
    assert len(staff.statements) == expected, staff.statements


async def test_R3_5_a_state_filter_adds_no_statement(world: World, api: Api) -> None:
    for number in range(5):
        await filled(world, 1, name=f"Class {number}")
    staff = await owner_of(world, api)
    staff.statements.clear()
    data = await staff.ask(
        """{ occurrences(filter: {from: "2026-10-01", to: "2026-11-22", attendanceStates: [TAKEN]}) {
          nodes { id } } }"""
    )
    assert len(data["occurrences"]["nodes"]) == 15
    assert len(staff.statements) == 4


@pytest.mark.parametrize("count", [1, 20])
async def test_R3_5_nodes_of_one_type_take_as_many_for_20_as_for_1(world: World, api: Api, count: int) -> None:
    students: list[UUID] = [await world.student() for _ in range(count)]
    staff = await owner_of(world, api)
    staff.statements.clear()
    data = await staff.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Student { firstName family { name } } } }",
        ids=[encode_id("Student", student) for student in students],
    )
    assert [node["firstName"] for node in data["nodes"]] == ["Ann"] * count
    assert len(staff.statements) == 3
