"""student.attendance, and occurrences from offerings and enrollments, through the API (R4.3, R4.4)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.vocabulary import (
    AttendanceStatus,
    BlackoutScope,
    EnrollmentType,
    OfferingKind,
    Permission,
    Portal,
)
from db import models
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World, new_world

WEEK = timedelta(days=7)
ATTENDANCE = """query($id: ID!, $range: AttendanceRange, $enrollments: AttendanceEnrollments! = ALL, $first: Int,
    $after: String) { student(id: $id) {
  attendance(range: $range, enrollments: $enrollments, first: $first, after: $after) { nodes {
    occurrenceId studentId occurrence { id date state offering { name } } enrollment { type dropOn }
    mark { status note source needsReview markedBy { __typename } }
    isSubdued isEditable notEditable { reason message }
  } pageInfo { hasNextPage endCursor } }
} }"""
MARK = mutation("markAttendance", "entry { mark { status } }")


async def attendance(api: Api, student: UUID, **variables: Any) -> list[dict[str, Any]]:
    data = await api.ask(ATTENDANCE, id=encode_id("Student", student), **({"range": "ALL"} | variables))
    return data["student"]["attendance"]["nodes"]  # type: ignore[no-any-return]


def dates(nodes: list[dict[str, Any]]) -> list[date]:
    return [date.fromisoformat(node["occurrence"]["date"]) for node in nodes]


def reasons(nodes: list[dict[str, Any]]) -> dict[date, str | None]:
    told = [(node["notEditable"] or {}).get("reason") for node in nodes]
    assert [node["isEditable"] for node in nodes] == [reason is None for reason in told]
    return dict(zip(dates(nodes), told, strict=True))


@pytest.fixture
async def checking_in(world: World, api: Api) -> Api:
    """The owner in the Office Portal, with check-in mode on."""
    await world.change_settings(office_check_in_mode=True)
    return await api.as_staff(world, Permission.OWNER)


async def lesson_with_a_session(world: World, **offering: Any) -> Lesson:
    lesson = await world.weekly_class(**offering)
    await world.session(MONDAY - 2 * WEEK, MONDAY + WEEK, offerings=[lesson.offering_id])
    return lesson


async def test_R4_4_present_and_previous_enrollments_newest_first_with_their_marks(
    world: World, checking_in: Api
) -> None:
    lesson, old = await world.weekly_class(name="Swim 2"), await world.weekly_class(name="Swim 1", weekday=2)
    student = await world.student()
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - WEEK)
    ended = await world.enroll(student, old.offering_id, starts_on=MONDAY - 9 * WEEK, drop_on=MONDAY - 7 * WEEK)
    await world.mark(student, lesson.timeslot_id, status=AttendanceStatus.TARDY, note="Bus")
    await world.mark(student, old.timeslot_id, held_on=MONDAY - 8 * WEEK + timedelta(1), enrollment_id=ended)
    found = await attendance(checking_in, student, range="PAST")
    assert [(node["occurrence"]["offering"]["name"], node["occurrence"]["date"]) for node in found] == [
        ("Swim 2", "2026-11-16"),
        ("Swim 2", "2026-11-09"),
        ("Swim 1", "2026-09-22"),
        ("Swim 1", "2026-09-15"),
    ]
    assert [node["mark"] and node["mark"]["status"] for node in found] == ["TARDY", None, "PRESENT", None]
    assert found[2]["enrollment"] == {"type": "ACTIVE", "dropOn": "2026-09-28"}
    assert found[0]["occurrenceId"] == found[0]["occurrence"]["id"]
    assert {node["isEditable"] for node in found} == {True}
    coming = await attendance(checking_in, student, range="ALL")
    assert dates(coming)[:4] == [MONDAY + n * WEEK for n in (4, 3, 2, 1)]
    assert coming[4:] == found


async def test_R4_4_current_and_previous_enrollments_can_be_asked_for_alone(world: World, checking_in: Api) -> None:
    """The last day of an enrollment still counts as current."""
    now, today, old = await world.weekly_class(), await world.weekly_class(), await world.weekly_class(weekday=2)
    gone = await world.weekly_class(weekday=3)
    student = await world.student()
    await world.enroll(student, now.offering_id, starts_on=MONDAY - WEEK)
    await world.enroll(student, today.offering_id, starts_on=MONDAY, drop_on=MONDAY)
    await world.enroll(student, old.offering_id, starts_on=MONDAY - 2 * WEEK, drop_on=MONDAY - timedelta(1))
    await world.mark(student, gone.timeslot_id, held_on=MONDAY - WEEK + timedelta(2))
    assert dates(await attendance(checking_in, student, range="PAST", enrollments="CURRENT")) == [
        MONDAY,
        MONDAY,
        MONDAY - WEEK,
    ]
    previous = [MONDAY - WEEK + timedelta(2), MONDAY - WEEK + timedelta(1), MONDAY - 2 * WEEK + timedelta(1)]
    for which in ("PAST", "ALL"):
        assert dates(await attendance(checking_in, student, range=which, enrollments="PREVIOUS")) == previous
    assert len(await attendance(checking_in, student, range="PAST", enrollments="ALL")) == 6
    checking_in.clock.now += timedelta(days=1)
    tomorrow = await checking_in.as_staff(world, Permission.OWNER)
    assert len(await attendance(tomorrow, student, range="PAST", enrollments="PREVIOUS")) == 4


async def test_R4_4_what_cannot_be_edited_says_why(world: World, checking_in: Api) -> None:
    swim = await world.program(blackouts=[(MONDAY - WEEK, MONDAY - WEEK, BlackoutScope.BOTH)])
    lesson = await lesson_with_a_session(world, program_id=swim)
    student = await world.student()
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - 4 * WEEK)
    await world.occurrence(lesson.timeslot_id, MONDAY - 2 * WEEK, cancelled_at=LONG_AGO)
    found = await attendance(checking_in, student)
    assert reasons(found) == {
        **{MONDAY + n * WEEK: "NOT_SCHEDULED" for n in (4, 3, 2)},
        MONDAY + WEEK: "IN_THE_FUTURE",
        MONDAY: None,
        MONDAY - WEEK: "CLOSED",
        MONDAY - 2 * WEEK: "CANCELLED",
        MONDAY - 3 * WEEK: "NOT_SCHEDULED",
        MONDAY - 4 * WEEK: "NOT_SCHEDULED",
    }
    assert found[-1]["notEditable"]["message"] == "Class is not scheduled to meet on this date."


async def test_R4_4_cancelled_occurrences_are_there_only_in_office_check_in_mode(
    world: World, checking_in: Api, api: Api
) -> None:
    lesson, gone = await world.weekly_class(), await world.weekly_class()
    student = await world.student()
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - WEEK)
    for slot in (lesson.timeslot_id, gone.timeslot_id):
        await world.occurrence(slot, MONDAY - WEEK, cancelled_at=LONG_AGO, revision=1)
    await world.mark(student, gone.timeslot_id, held_on=MONDAY - WEEK)
    teacher = await api.as_staff(world, Permission.OWNER, portal=Portal.STAFF)
    for caller in (checking_in, teacher):
        assert dates(await attendance(caller, student, range="PAST")) == [MONDAY, MONDAY - WEEK, MONDAY - WEEK]
    await world.change_settings(office_check_in_mode=False)
    for caller in (checking_in, teacher):
        assert dates(await attendance(caller, student, range="PAST")) == [MONDAY]


async def test_R4_3_R4_4_permission_and_check_in_mode_of_the_callers_portal_decide(
    world: World, checking_in: Api, api: Api
) -> None:
    lesson = await world.weekly_class()
    student = await world.student()
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY, drop_on=MONDAY)
    onlooker = await api.as_staff(world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    teacher = await api.as_staff(world, Permission.OWNER, portal=Portal.STAFF)
    expected = {checking_in.token: None, onlooker.token: "NO_PERMISSION", teacher.token: "CHECK_IN_MODE_OFF"}
    for caller in (checking_in, onlooker, teacher):
        assert reasons(await attendance(caller, student)) == {MONDAY: expected[caller.token]}
    (node,) = await attendance(checking_in, student)
    given = {"occurrenceId": node["occurrenceId"], "studentId": node["studentId"], "status": "TARDY"}
    done = (await checking_in.ask(MARK, input=given))["markAttendance"]
    assert done == {"__typename": "MarkAttendanceSuccess", "entry": {"mark": {"status": "TARDY"}}}
    assert (await attendance(checking_in, student))[0]["mark"]["status"] == "TARDY"


async def test_R3_1_R4_4_marks_without_an_enrollment_are_subdued_and_editable(world: World, checking_in: Api) -> None:
    lesson = await world.weekly_class()
    student = await world.student()
    deleted = await world.enroll(student, lesson.offering_id, deleted_at=LONG_AGO)
    await world.enroll(student, lesson.offering_id, type=EnrollmentType.WAITLIST)
    await world.mark(student, lesson.timeslot_id, held_on=MONDAY - WEEK, enrollment_id=deleted)
    (node,) = await attendance(checking_in, student)
    assert (node["isSubdued"], node["isEditable"], dates([node])) == (True, True, [MONDAY - WEEK])
    given = {"occurrenceId": node["occurrenceId"], "studentId": node["studentId"], "status": "ABSENT"}
    assert (await checking_in.ask(MARK, input=given))["markAttendance"]["__typename"] == "MarkAttendanceSuccess"


async def test_R4_4_pages_hold_every_occurrence_once(world: World, checking_in: Api) -> None:
    camp = await world.offering(kind=OfferingKind.CAMP, name="Camp")
    span = {"weekday": None, "starts_on": MONDAY - WEEK, "ends_on": MONDAY}
    await world.timeslot(camp, **span)  # type: ignore[arg-type]
    await world.timeslot(camp, **span)  # type: ignore[arg-type]
    lesson, old = await world.weekly_class(), await world.weekly_class()
    student = await world.student()
    for offering in (camp, lesson.offering_id):
        await world.enroll(student, offering, starts_on=MONDAY - WEEK, drop_on=MONDAY)
    await world.mark(student, old.timeslot_id, held_on=MONDAY - WEEK)
    whole = [node["occurrenceId"] for node in await attendance(checking_in, student)]
    assert len(whole) == len(set(whole)) == 2 * 8 + 2 + 1
    paged: list[str] = []
    after = None
    while True:
        data = await checking_in.ask(ATTENDANCE, id=encode_id("Student", student), range="ALL", first=2, after=after)
        page = data["student"]["attendance"]
        paged += [node["occurrenceId"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == whole


async def test_R11_2_guardians_see_their_own_students_without_what_staff_remark(
    world: World, checking_in: Api, api: Api
) -> None:
    lesson = await world.weekly_class()
    family = await world.family()
    student, stranger = await world.student(family_id=family), await world.student()
    for each in (student, stranger):
        await world.enroll(each, lesson.offering_id, starts_on=MONDAY, drop_on=MONDAY)
        by = await world.staff()
        await world.mark(each, lesson.timeslot_id, note="Cried", marked_by_id=by)
    guardian = await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER)
    (node,) = await attendance(guardian, student)
    assert node["mark"] == {
        "status": "PRESENT",
        "note": None,
        "source": "OFFICE",
        "needsReview": False,
        "markedBy": None,
    }
    assert node["notEditable"] == {"reason": "NO_PERMISSION", "message": "Only staff can record attendance."}
    (seen,) = await attendance(checking_in, student)
    assert (seen["mark"]["note"], seen["mark"]["markedBy"]) == ("Cried", {"__typename": "StaffMember"})
    for hidden in (stranger, await (await new_world(world.owner, name="Other Gym")).student()):
        data = await guardian.ask(ATTENDANCE, id=encode_id("Student", hidden), range="ALL")
        assert data == {"student": None}
    roster = """query($id: ID!) { student(id: $id) { attendance { nodes { occurrence { roster { id } } } } } }"""
    assert (await guardian.refused(roster, id=encode_id("Student", student)))[0] == "FORBIDDEN"


async def test_R11_3_without_see_all_what_others_teach_is_not_listed(world: World, api: Api) -> None:
    mine, theirs, substituted = [await world.weekly_class(name=name) for name in ("Mine", "Theirs", "Standing in")]
    student = await world.student()
    for lesson in (mine, theirs, substituted):
        await world.enroll(student, lesson.offering_id, starts_on=MONDAY - WEEK)
    gone = await world.weekly_class(name="Gone")
    await world.mark(student, gone.timeslot_id, held_on=MONDAY - WEEK)
    teacher_id = await world.staff(Permission.STAFF_ATTENDANCE_FULL, teaches=[mine.offering_id])
    await world.add(
        models.Substitution,
        timeslot_id=substituted.timeslot_id,
        held_on=MONDAY,
        absent_person_id=await world.staff(teaches=[substituted.offering_id]),
        substitute_id=teacher_id,
    )
    teacher = await api.as_staff(world, portal=Portal.STAFF, person_id=teacher_id)
    found = await attendance(teacher, student, range="PAST")
    assert [(node["occurrence"]["offering"]["name"], node["occurrence"]["date"]) for node in found] == [
        ("Standing in", "2026-11-16"),
        ("Mine", "2026-11-16"),
        ("Mine", "2026-11-09"),
    ]


@pytest.mark.parametrize("count", [1, 20])
async def test_R3_5_attendance_takes_as_many_statements_for_20_students_as_for_1(
    world: World, checking_in: Api, count: int
) -> None:
    lesson = await world.weekly_class()
    for number in range(count):
        student = await world.student(first_name=str(number))
        await world.enroll(student, lesson.offering_id, starts_on=MONDAY - 3 * WEEK)
        await world.mark(student, lesson.timeslot_id, held_on=MONDAY)
    checking_in.statements.clear()
    data = await checking_in.ask(
        "{ students { nodes { attendance(first: 5) { nodes { mark { status } enrollment { id } } } } } }"
    )
    assert [len(node["attendance"]["nodes"]) for node in data["students"]["nodes"]] == [5] * count
    assert len(checking_in.statements) == 3 + 6, checking_in.statements


@pytest.mark.parametrize(
    ("given", "words"),
    [({"first": -1}, "first"), ({"first": 101}, "first"), ({"after": "x"}, "after"), ({"range": "NEXT"}, "NEXT")],
)
async def test_bad_arguments_are_told(world: World, checking_in: Api, given: dict[str, Any], words: str) -> None:
    student = await world.student()
    asked = {"id": encode_id("Student", student), "range": "ALL"} | given
    code, message = await checking_in.refused(ATTENDANCE, **asked)
    assert (code, words in message) == ("BAD_USER_INPUT", True)


OF_OFFERING = """query($from: Date!, $to: Date!, $all: Boolean, $first: Int, $after: String) { offerings { nodes {
  name occurrences(from: $from, to: $to, includeNotScheduled: $all, first: $first, after: $after) {
    nodes { id date canRecordAttendance } pageInfo { hasNextPage endCursor } }
} } }"""
OF_ENROLLMENT = """query($id: ID!, $from: Date!, $to: Date!) { student(id: $id) { enrollments(past: true) {
  type occurrences(from: $from, to: $to) { nodes { id date } }
} } }"""


async def test_R4_3_marking_can_start_from_an_offering(world: World, checking_in: Api, api: Api) -> None:
    lesson = await lesson_with_a_session(world, name="Swim 1")
    other = await world.weekly_class(name="Swim 2", weekday=3)
    span = {"from": "2026-11-09", "to": "2026-11-30"}
    first, second = (await checking_in.ask(OF_OFFERING, **span))["offerings"]["nodes"]
    assert [(node["date"], node["canRecordAttendance"]) for node in first["occurrences"]["nodes"]] == [
        ("2026-11-09", True),
        ("2026-11-16", True),
        ("2026-11-23", False),
        ("2026-11-30", False),
    ]
    assert first["occurrences"]["nodes"][1]["id"] == lesson.sheet_id()
    assert [node["date"] for node in second["occurrences"]["nodes"]] == ["2026-11-11", "2026-11-18", "2026-11-25"]
    page = (await checking_in.ask(OF_OFFERING, **span, all=False, first=2))["offerings"]["nodes"][0]["occurrences"]
    assert [node["date"] for node in page["nodes"]] == ["2026-11-09", "2026-11-16"]
    rest = await checking_in.ask(OF_OFFERING, **span, all=False, first=2, after=page["pageInfo"]["endCursor"])
    assert [node["date"] for node in rest["offerings"]["nodes"][0]["occurrences"]["nodes"]] == ["2026-11-23"]
    code, message = await checking_in.refused(OF_OFFERING, **{"from": "2026-01-01", "to": "2027-01-02"})
    assert (code, message) == ("BAD_USER_INPUT", "The range has 367 days. A range can have at most 366 days.")
    teaches = await world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[other.offering_id])
    teacher = await api.as_staff(world, portal=Portal.STAFF, person_id=teaches)
    assert [node["name"] for node in (await teacher.ask(OF_OFFERING, **span))["offerings"]["nodes"]] == ["Swim 2"]


async def test_R4_3_marking_can_start_from_an_enrollment(world: World, checking_in: Api) -> None:
    lesson = await world.weekly_class()
    second = await world.timeslot(lesson.offering_id, weekday=3)
    student = await world.student()
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - WEEK, drop_on=MONDAY, timeslot_id=second)
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY)
    await world.enroll(student, lesson.offering_id, starts_on=MONDAY - 3 * WEEK, type=EnrollmentType.WAITLIST)
    data = await checking_in.ask(
        OF_ENROLLMENT, id=encode_id("Student", student), **{"from": "2026-11-02", "to": "2026-11-24"}
    )
    found = [[node["date"] for node in each["occurrences"]["nodes"]] for each in data["student"]["enrollments"]]
    assert found == [["2026-11-16", "2026-11-18", "2026-11-23"], ["2026-11-11"], []]


@pytest.mark.parametrize("count", [1, 20])
async def test_R3_5_occurrences_of_offerings_take_as_many_statements_for_20_as_for_1(
    world: World, checking_in: Api, count: int
) -> None:
    for number in range(count):
        await world.weekly_class(name=f"Swim {number}")
    checking_in.statements.clear()
    data = await checking_in.ask(OF_OFFERING, **{"from": "2026-11-09", "to": "2026-11-30"})
    assert [len(node["occurrences"]["nodes"]) for node in data["offerings"]["nodes"]] == [4] * count
    assert len(checking_in.statements) == 3 + 4, checking_in.statements
