"""R3.1 to R3.5 and R2.9 through the API: rows, their order, and all eleven indicators."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentEnd,
    EnrollmentType,
    ExpectedAbsenceState,
    MakeupTokenOrigin,
    NoteLevel,
    Permission,
    Portal,
    Source,
)
from db.calendar.occurrence_listings import read_tallies
from db.engine import Database
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World, new_world

DAY, WEEK = timedelta(days=1), timedelta(days=7)

ROSTER = """query($id: ID!, $orderBy: RosterOrder = LAST_NAME) { occurrence(id: $id) {
  attendanceState
  tally { present tardy leftEarly tardyAndLeftEarly absent excusedAbsence unmarked total }
  openings
  roster(orderBy: $orderBy) {
    id isSubdued attendanceRate
    student { firstName lastName medicalAlert rollSheetComment family { balance currency } }
    enrollment { id type timeslot { id } }
    mark { status isDefaulted source markedAt note revision needsReview
           markedBy { __typename ... on Node { id } } }
    indicators { kind label detail facts { __typename
      ... on BirthdayFacts { birthdayOn age } ... on NotesFacts { count highestLevel }
      ... on MakeupFacts { missedOfferingName missedOn } ... on BalanceDueFacts { amount currency }
      ... on ExpectedAbsentFacts { isExcused comment } ... on DropFacts { dropOn isLastOccurrence }
      ... on TransferFacts { direction otherOfferingName } ... on FirstDayFacts { isFirstEnrollment } } }
  }
} }"""


@pytest.fixture
async def owner_api(world: World, api: Api) -> Api:
    return await api.as_staff(world, Permission.OWNER)


async def sheet(api: Api, lesson: Lesson, held_on: date = MONDAY, **variables: Any) -> dict[str, Any]:
    key = lesson.key(held_on)
    found: dict[str, Any] = (await api.ask(ROSTER, id=encode_occurrence_id(key), **variables))["occurrence"]
    return found


async def only_row(api: Api, lesson: Lesson, held_on: date = MONDAY) -> dict[str, Any]:
    (row,) = (await sheet(api, lesson, held_on))["roster"]
    found: dict[str, Any] = row
    return found


async def names(api: Api, lesson: Lesson, held_on: date = MONDAY, **variables: Any) -> list[str]:
    rows = (await sheet(api, lesson, held_on, **variables))["roster"]
    return [row["student"]["firstName"] for row in rows]


async def indicators(api: Api, lesson: Lesson, held_on: date = MONDAY) -> dict[str, tuple[Any, Any]]:
    """Detail and facts of the only row's indicators by kind."""
    row = await only_row(api, lesson, held_on)
    return {each["kind"]: (each["detail"], each["facts"]) for each in row["indicators"]}


async def test_R3_1_rows_are_enrollments_that_cover_the_date(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    other_slot = await world.timeslot(lesson.offering_id, weekday=1, start_time=time(19))
    places: dict[str, dict[str, Any]] = {
        "open": {},
        "starts today": {"starts_on": MONDAY},
        "starts tomorrow": {"starts_on": MONDAY + DAY},
        "dropped today": {"drop_on": MONDAY},
        "dropped yesterday": {"drop_on": MONDAY - DAY},
        "this slot": {"timeslot_id": lesson.timeslot_id},
        "other slot": {"timeslot_id": other_slot},
        "waiting": {"type": EnrollmentType.WAITLIST},
        "deleted": {"deleted_at": LONG_AGO},
        "trial": {"type": EnrollmentType.TRIAL},
        "single day": {"type": EnrollmentType.SINGLE_DAY, "starts_on": MONDAY, "drop_on": MONDAY},
    }
    for name, place in places.items():
        await world.enroll(await world.student(first_name=name), lesson.offering_id, **place)
    assert await names(owner_api, lesson) == sorted(
        ["open", "starts today", "dropped today", "this slot", "trial", "single day"]
    )


async def test_R3_1_marked_students_without_cover_stay_as_subdued_rows(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    dropped, deleted, stranger = [await world.student(first_name=name) for name in ("Dropped", "Deleted", "Stranger")]
    gone = await world.enroll(dropped, lesson.offering_id, drop_on=MONDAY - DAY)
    removed = await world.enroll(deleted, lesson.offering_id, deleted_at=LONG_AGO)
    await world.mark(dropped, lesson.timeslot_id, enrollment_id=gone)
    await world.mark(deleted, lesson.timeslot_id, enrollment_id=removed, status=AttendanceStatus.ABSENT)
    await world.mark(stranger, lesson.timeslot_id)
    found = await sheet(owner_api, lesson)
    rows = [
        (row["student"]["firstName"], row["isSubdued"], row["enrollment"] and row["enrollment"]["id"])
        for row in found["roster"]
    ]
    assert rows == [
        ("Deleted", True, encode_id("Enrollment", removed)),
        ("Dropped", True, encode_id("Enrollment", gone)),
        ("Stranger", True, None),
    ]
    assert found["attendanceState"] == "TAKEN"
    assert found["tally"]["total"] == 3


async def test_R3_1_a_mark_of_an_old_enrollment_is_not_subdued_where_another_covers(
    world: World, owner_api: Api
) -> None:
    lesson = await world.weekly_class()
    student = await world.student()
    old = await world.enroll(student, lesson.offering_id, drop_on=MONDAY - WEEK)
    new = await world.enroll(student, lesson.offering_id, starts_on=MONDAY - DAY)
    await world.mark(student, lesson.timeslot_id, enrollment_id=old)
    row = await only_row(owner_api, lesson)
    assert (row["isSubdued"], row["enrollment"]["id"]) == (False, encode_id("Enrollment", new))


async def test_R3_2_one_row_a_student_by_last_or_first_name(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    for first_name, last_name in (("Zoe", "adams"), ("Ann", "Baker"), ("Bob", "Baker")):
        student = await world.student(first_name=first_name, last_name=last_name)
        one_day: dict[str, Any] = {"starts_on": MONDAY, "drop_on": MONDAY, "timeslot_id": lesson.timeslot_id}
        await world.enroll(student, lesson.offering_id, type=EnrollmentType.MAKEUP, **one_day)
        await world.enroll(student, lesson.offering_id)
    assert await names(owner_api, lesson) == ["Zoe", "Ann", "Bob"]
    assert await names(owner_api, lesson, orderBy="FIRST_NAME") == ["Ann", "Bob", "Zoe"]
    rows = (await sheet(owner_api, lesson))["roster"]
    assert [row["enrollment"]["type"] for row in rows] == ["ACTIVE"] * 3


async def test_R3_3_a_row_carries_its_mark_and_who_made_it(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    student, staff = await world.student(), await world.staff()
    await world.enroll(student, lesson.offering_id)
    await world.mark(
        student,
        lesson.timeslot_id,
        status=AttendanceStatus.TARDY,
        source=Source.STAFF,
        marked_by_id=staff,
        note="Bus",
        revision=4,
    )
    row = await only_row(owner_api, lesson)
    assert row["id"] == encode_id("RosterEntry", lesson.timeslot_id, MONDAY, student)
    assert row["mark"] == {
        "status": "TARDY",
        "isDefaulted": False,
        "source": "STAFF",
        "markedAt": "2026-01-05T12:00:00Z",
        "note": "Bus",
        "revision": 4,
        "needsReview": False,
        "markedBy": {"__typename": "StaffMember", "id": encode_id("StaffMember", staff)},
    }


async def test_R3_3_the_attendance_rate_counts_the_offerings_marks(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    elsewhere = await world.weekly_class(name="Elsewhere")
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    assert (await only_row(owner_api, lesson))["attendanceRate"] is None
    statuses = ["PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE"]
    for number, status in enumerate(statuses):
        held_on = MONDAY - number * WEEK
        await world.mark(student, lesson.timeslot_id, held_on=held_on, status=AttendanceStatus(status))
    await world.mark(student, elsewhere.timeslot_id, status=AttendanceStatus.ABSENT)
    assert (await only_row(owner_api, lesson))["attendanceRate"] == 0.8


async def test_R2_9_the_tally_counts_each_status(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class(capacity=10)
    for status in [*AttendanceStatus, None, None]:
        student = await world.student()
        await world.enroll(student, lesson.offering_id)
        if status:
            await world.mark(student, lesson.timeslot_id, status=status)
    found = await sheet(owner_api, lesson)
    assert found["attendanceState"] == "IN_PROGRESS"
    each = dict.fromkeys(["present", "tardy", "leftEarly", "tardyAndLeftEarly", "absent", "excusedAbsence"], 1)
    assert found["tally"] == each | {"unmarked": 2, "total": 8}
    assert found["openings"] == 2


async def test_R8_6_openings_leave_out_expected_absences_and_subdued_rows(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class(capacity=3)
    for _ in range(2):
        await world.enroll(await world.student(), lesson.offering_id)
    away = await world.student()
    await world.enroll(away, lesson.offering_id)
    await world.mark(await world.student(), lesson.timeslot_id)
    assert (await sheet(owner_api, lesson))["openings"] == 0
    await world.expected_absence(away)
    assert (await sheet(owner_api, lesson))["openings"] == 1


async def test_R8_6_openings_of_a_listing_are_those_of_the_rosters(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class(capacity=30, start_time=time(23, 30))
    other_slot = await world.timeslot(lesson.offering_id, weekday=3)
    late, early = (
        {"window_starts": time(23), "window_ends": time(23, 45)},
        {
            "window_starts": time(9),
            "window_ends": time(10),
        },
    )
    places: list[list[dict[str, Any]]] = [
        [{}],
        [{}, {"type": EnrollmentType.TRIAL}],
        [{"drop_on": MONDAY - timedelta(days=1)}],
        [{"timeslot_id": other_slot}],
        [{"type": EnrollmentType.WAITLIST}],
        [{"deleted_at": LONG_AGO}],
    ]
    absences: list[dict[str, Any]] = [
        {},
        late,
        early,
        {"state": ExpectedAbsenceState.REQUESTED},
        {"starts_on": MONDAY + timedelta(days=1), "window_starts": time(0), "window_ends": time(0, 10)},
        {"starts_on": MONDAY + timedelta(days=1)},
    ]
    for mine in places:
        for absence in [None, *absences]:
            student = await world.student()
            enrollments = [await world.enroll(student, lesson.offering_id, **each) for each in mine]
            if absence is not None:
                await world.expected_absence(student, **absence)
            if enrollments[1:]:
                await world.expected_absence(student, enrollments=enrollments[1:])
    listing = '{ occurrences(filter: {from: "2026-11-16", to: "2026-11-18"}) { nodes { openings id } } }'
    nodes = (await owner_api.ask(listing))["occurrences"]["nodes"]
    by_id = {node["id"]: node["openings"] for node in nodes}
    assert len(by_id) == 2
    for occurrence_id, openings in by_id.items():
        shown = await owner_api.occurrence(occurrence_id, "openings roster { id }")
        assert openings == shown["openings"], occurrence_id
    assert len(set(by_id.values())) == 2
    assert min(by_id.values()) > 0


async def test_R2_9_tallies_of_a_listing_are_those_of_the_rosters(
    world: World, owner_api: Api, database: Database
) -> None:
    lesson = await world.weekly_class()
    other_slot = await world.timeslot(lesson.offering_id, weekday=3)
    marked = await world.student(first_name="Marked")
    of_marked: list[dict[str, Any]] = [
        {},
        {"timeslot_id": other_slot},
        {"drop_on": MONDAY},
        {"deleted_at": LONG_AGO},
    ]
    for place in of_marked:
        await world.enroll(marked, lesson.offering_id, **place)
    of_others: list[dict[str, Any]] = [
        {},
        {"timeslot_id": other_slot},
        {"starts_on": MONDAY + 3 * DAY},
        {"type": EnrollmentType.WAITLIST},
    ]
    for place in of_others:
        student = await world.student()
        await world.enroll(student, lesson.offering_id, **place)
        await world.enroll(student, lesson.offering_id, type=EnrollmentType.TRIAL, timeslot_id=other_slot)
    await world.mark(marked, lesson.timeslot_id)
    await world.mark(await world.student(), lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    keys = [
        OccurrenceKey(slot, held_on + week * WEEK)
        for slot, held_on in ((lesson.timeslot_id, MONDAY), (other_slot, MONDAY + 2 * DAY))
        for week in (-1, 0, 1)
    ]
    async with database.read(world.organization_id) as connection:
        tallies = await read_tallies(connection, world.organization_id, keys)
    for key in keys:
        found = (await sheet(owner_api, Lesson(lesson.offering_id, key.timeslot_id), key.held_on))["tally"]
        assert found["total"] == tallies[key].total
        assert found["unmarked"] == tallies[key].unmarked
        assert found["absent"] == tallies[key].by_status[AttendanceStatus.ABSENT]


async def test_R3_4_indicators_of_the_student(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    family = await world.family(balance=Decimal("12.50"))
    student = await world.student(
        family_id=family, birth_on=date(2018, 11, 18), medical_alert="Nuts", roll_sheet_comment="Left-handed"
    )
    await world.enroll(student, lesson.offering_id)
    await world.note(student)
    await world.note(student, level=NoteLevel.CRITICAL)
    await world.note(student, level=NoteLevel.CRITICAL, closed_at=LONG_AGO)
    assert await indicators(owner_api, lesson) == {
        "MEDICAL_ALERT": ("Nuts", None),
        "BIRTHDAY": (
            "Turns 8 on 2026-11-18",
            {"__typename": "BirthdayFacts", "birthdayOn": "2026-11-18", "age": 8},
        ),
        "ROLL_SHEET_COMMENT": ("Left-handed", None),
        "NOTES": ("2 open notes, critical", {"__typename": "NotesFacts", "count": 2, "highestLevel": "CRITICAL"}),
        "BALANCE_DUE": ("12.50 USD", {"__typename": "BalanceDueFacts", "amount": "12.50", "currency": "USD"}),
    }


async def test_R3_4_the_birthday_window_is_a_setting(world: World, api: Api) -> None:
    wide = await new_world(world.owner, birthday_window_days=10)
    lesson = await wide.weekly_class()
    await wide.enroll(await wide.student(birth_on=date(2018, 11, 26)), lesson.offering_id)
    assert list(await indicators(await api.as_staff(wide, Permission.OWNER), lesson)) == ["BIRTHDAY"]


async def test_R3_4_a_closed_note_a_blank_text_and_a_paid_balance_raise_nothing(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    family = await world.family(balance=Decimal("-3.00"))
    student = await world.student(family_id=family, medical_alert="N/A.", roll_sheet_comment=" ")
    await world.enroll(student, lesson.offering_id)
    await world.note(student, closed_at=LONG_AGO)
    assert await indicators(owner_api, lesson) == {}


async def test_R3_4_makeup_tells_the_class_missed(world: World, owner_api: Api) -> None:
    missed = await world.weekly_class(name="Missed")
    lesson = await world.weekly_class(name="Made up in")
    student = await world.student()
    await world.enroll(student, missed.offering_id)
    makeup = await world.makeup(student, lesson, MONDAY)
    await world.occurrence(missed.timeslot_id, MONDAY - WEEK)
    await world.makeup_token(
        student,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=missed.timeslot_id,
        held_on=MONDAY - WEEK,
        makeup_enrollment_id=makeup,
    )
    found = await indicators(owner_api, lesson)
    assert found == {
        "MAKEUP": (
            "For Missed on 2026-11-09",
            {"__typename": "MakeupFacts", "missedOfferingName": "Missed", "missedOn": "2026-11-09"},
        ),
        "FIRST_DAY": ("First day in this enrollment", {"__typename": "FirstDayFacts", "isFirstEnrollment": False}),
    }


async def test_R3_4_trial_and_the_first_enrollment_ever(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    student = await world.student()
    await world.enroll(student, lesson.offering_id, type=EnrollmentType.WAITLIST)
    await world.enroll(student, lesson.offering_id, type=EnrollmentType.TRIAL, starts_on=MONDAY - DAY)
    assert await indicators(owner_api, lesson) == {
        "TRIAL_ENROLLMENT": (None, None),
        "FIRST_DAY": ("First enrollment ever", {"__typename": "FirstDayFacts", "isFirstEnrollment": True}),
    }
    assert list(await indicators(owner_api, lesson, MONDAY + WEEK)) == ["TRIAL_ENROLLMENT"]


async def test_R3_4_the_first_day_is_the_first_occurrence_that_is_held(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    await world.enroll(await world.student(), lesson.offering_id, starts_on=MONDAY - WEEK)
    assert list(await indicators(owner_api, lesson, MONDAY - WEEK)) == ["FIRST_DAY"]
    assert list(await indicators(owner_api, lesson)) == []
    await world.occurrence(lesson.timeslot_id, MONDAY - WEEK, cancelled_at=LONG_AGO)
    assert list(await indicators(owner_api, lesson, MONDAY - WEEK)) == []
    assert list(await indicators(owner_api, lesson)) == ["FIRST_DAY"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"is_excused": True, "comment": "Trip"}, ("Excused: Trip", True)),
        ({"comment": None}, ("Not excused", False)),
        ({"window_starts": time(17, 30), "window_ends": time(18)}, ("Not excused", False)),
        ({"window_starts": time(17, 45), "window_ends": time(18)}, None),
        ({"window_starts": time(16), "window_ends": time(17)}, None),
        ({"state": ExpectedAbsenceState.REQUESTED}, None),
        ({"state": ExpectedAbsenceState.DENIED}, None),
        ({"starts_on": MONDAY - 9 * DAY, "ends_on": MONDAY}, ("Not excused", False)),
        ({"starts_on": MONDAY + DAY}, None),
    ],
)
async def test_R3_4_expected_absent(
    world: World, owner_api: Api, given: dict[str, Any], expected: tuple[str, bool] | None
) -> None:
    lesson = await world.weekly_class(start_time=time(17), duration_minutes=45)
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    await world.expected_absence(student, **given)
    found = await indicators(owner_api, lesson)
    if expected is None:
        assert found == {}
    else:
        detail, is_excused = expected
        facts = {"__typename": "ExpectedAbsentFacts", "isExcused": is_excused, "comment": given.get("comment")}
        assert found == {"EXPECTED_ABSENT": (detail, facts)}


async def test_R6_1_an_absence_for_other_enrollments_does_not_cover_this_one(world: World, owner_api: Api) -> None:
    lesson, other = await world.weekly_class(), await world.weekly_class(name="Other")
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    elsewhere = await world.enroll(student, other.offering_id)
    await world.expected_absence(student, enrollments=[elsewhere])
    assert await indicators(owner_api, lesson) == {}
    assert list(await indicators(owner_api, other)) == ["EXPECTED_ABSENT"]


async def test_R3_4_drop_tells_the_last_occurrence(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    await world.enroll(
        await world.student(), lesson.offering_id, drop_on=MONDAY + 8 * DAY, end_cause=EnrollmentEnd.DROPPED
    )
    facts = {"__typename": "DropFacts", "dropOn": "2026-11-24", "isLastOccurrence": False}
    assert await indicators(owner_api, lesson) == {"DROP": ("Drops on 2026-11-24", facts)}
    assert await indicators(owner_api, lesson, MONDAY + WEEK) == {
        "DROP": ("Drops on 2026-11-24, last day", facts | {"isLastOccurrence": True})
    }


async def test_R3_4_transfer_is_told_on_both_sheets(world: World, owner_api: Api) -> None:
    source, target = await world.weekly_class(name="Source"), await world.weekly_class(name="Target")
    student = await world.student()
    old = await world.enroll(student, source.offering_id, drop_on=MONDAY - DAY, end_cause=EnrollmentEnd.TRANSFERRED)
    await world.enroll(student, target.offering_id, starts_on=MONDAY, transferred_from_id=old)
    assert await indicators(owner_api, source, MONDAY - WEEK) == {
        "TRANSFER": (
            "Transfers to Target",
            {"__typename": "TransferFacts", "direction": "OUTGOING", "otherOfferingName": "Target"},
        )
    }
    on_first = await indicators(owner_api, target)
    assert on_first["TRANSFER"] == (
        "Transfers from Source",
        {"__typename": "TransferFacts", "direction": "INCOMING", "otherOfferingName": "Source"},
    )
    assert list(on_first) == ["TRANSFER", "FIRST_DAY"]
    assert await indicators(owner_api, target, MONDAY + WEEK) == {}


@pytest.mark.parametrize(
    ("portal", "permissions", "setting", "medical", "balance"),
    [
        (Portal.OFFICE, (), False, None, None),
        (Portal.OFFICE, (Permission.SEE_MEDICAL,), False, "Nuts", None),
        (Portal.OFFICE, (Permission.SEE_BALANCES,), False, None, "5.00"),
        (Portal.STAFF, (Permission.SEE_BALANCES,), False, None, None),
        (Portal.STAFF, (Permission.SEE_BALANCES,), True, None, "5.00"),
        (Portal.STAFF, (Permission.SEE_MEDICAL,), True, "Nuts", None),
    ],
)
async def test_R3_4_details_need_their_permission(
    world: World,
    api: Api,
    portal: Portal,
    permissions: tuple[Permission, ...],
    setting: bool,
    medical: str | None,
    balance: str | None,
) -> None:
    world = await new_world(world.owner, staff_sees_balances=setting)
    lesson = await world.weekly_class()
    student = await world.student(medical_alert="Nuts", family_id=await world.family(balance=Decimal(5)))
    await world.enroll(student, lesson.offering_id)
    attendance = (
        Permission.OFFICE_ATTENDANCE_VIEW,
        Permission.OFFICE_SEE_ALL,
        Permission.STAFF_ATTENDANCE_VIEW,
        Permission.STAFF_SEE_ALL,
    )
    viewer = await api.as_staff(world, *attendance, *permissions, portal=portal)
    row = await only_row(viewer, lesson)
    found = {each["kind"]: each for each in row["indicators"]}
    assert list(found) == ["MEDICAL_ALERT", "BALANCE_DUE"]
    assert found["MEDICAL_ALERT"]["detail"] == medical
    assert row["student"]["medicalAlert"] == medical
    assert found["BALANCE_DUE"]["detail"] == (balance and f"{balance} USD")
    assert (found["BALANCE_DUE"]["facts"] or {}).get("amount") == balance
    assert row["student"]["family"]["balance"] == balance


async def test_R7_4_a_mark_whose_token_needs_review_says_so(world: World, owner_api: Api) -> None:
    lesson = await world.weekly_class()
    student: UUID = await world.student()
    await world.enroll(student, lesson.offering_id)
    await world.mark(student, lesson.timeslot_id)
    await world.makeup_token(
        student,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=lesson.timeslot_id,
        held_on=MONDAY,
        needs_review=True,
    )
    assert (await only_row(owner_api, lesson))["mark"]["needsReview"] is True
