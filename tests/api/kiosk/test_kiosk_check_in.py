"""Check-in at the kiosk, through the API: R5.3, R5.4, R4.5, R4.8, R7.3's kiosk row, R11.2."""

from datetime import time, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import AttendanceStatus, Portal, Source
from db import models
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.api.kiosk.kiosk_door import CHECK_IN, STARTS, KioskDoor, launch, new_kiosk_door
from tests.support.api import Api
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

BY_DEFAULT = ("ABSENT", True, "SYSTEM")
ROW = """
  revision tokenRuns { phase dueAt state } roster {
  student { firstName } mark { status isDefaulted source markedAt markedBy { ... on Kiosk { name } } } }
"""


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


def checked_in(status: str = "PRESENT", at: str = "2026-11-16T22:50:00Z") -> dict[str, Any]:
    """All that a kiosk is told."""
    nothing: dict[str, Any] = {"changedEntries": [], "issuedTokens": [], "revokedTokens": []}
    nobody = {"occurrence": None, "entry": None}
    return {"__typename": "CheckInSuccess", "status": status, "markedAt": at} | nothing | nobody


async def test_R5_4_R4_5_the_first_check_in_marks_the_rest_absent(door: KioskDoor) -> None:
    assert await door.check_in("Ann") == checked_in()
    assert await door.marks() == {"Ann": ("PRESENT", False, "KIOSK"), "Ben": BY_DEFAULT, "Cas": BY_DEFAULT}
    statuses = [(each["firstName"], each["occurrences"][0]["status"]) for each in await door.look_up()]
    assert statuses == [("Ann", "PRESENT"), ("Ben", "ABSENT")]


async def test_R4_5_who_was_excused_beforehand_is_excused_by_default_and_may_come_all_the_same(
    door: KioskDoor,
) -> None:
    await door.world.expected_absence(door.students["Ben"], is_excused=True)
    await door.check_in("Ann")
    assert (await door.marks())["Ben"] == ("EXCUSED_ABSENCE", True, "SYSTEM")
    assert await door.check_in("Ben") == checked_in()
    assert (await door.marks())["Ben"] == ("PRESENT", False, "KIOSK")


async def test_R1_1_the_mark_names_the_kiosk(door: KioskDoor) -> None:
    await door.check_in("Ann")
    roster = (await door.owner.occurrence(door.occurrence_id, ROW))["roster"]
    marks = {row["student"]["firstName"]: row["mark"] for row in roster}
    assert marks["Ann"] == {
        "status": "PRESENT",
        "isDefaulted": False,
        "source": "KIOSK",
        "markedAt": "2026-11-16T22:50:00Z",
        "markedBy": {"name": "Front door"},
    }
    assert (marks["Ben"]["source"], marks["Ben"]["markedBy"]) == ("SYSTEM", None)


async def test_R4_8_repeating_is_harmless_and_the_first_time_and_status_stand(door: KioskDoor) -> None:
    await door.world.change_settings(kiosk_marks_tardy=True, kiosk_late_minutes=15)
    await door.check_in("Ann")
    before = await fingerprint(door.world)
    for minutes in (1, 30):
        door.at(STARTS + timedelta(minutes=minutes))
        assert await door.check_in("Ann") == checked_in()
    assert await fingerprint(door.world) == before
    await door.world.change_settings(kiosk_read_only=True)
    before = await fingerprint(door.world)
    assert await door.check_in("Ann") == checked_in()
    assert await fingerprint(door.world) == before


@pytest.mark.parametrize("source", [Source.OFFICE, Source.STAFF])
@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("PRESENT", "PRESENT"),
        ("TARDY", "TARDY"),
        ("LEFT_EARLY", "LEFT_EARLY"),
        ("TARDY_AND_LEFT_EARLY", "TARDY_AND_LEFT_EARLY"),
        ("EXCUSED_ABSENCE", "EXCUSED_ABSENCE"),
        ("ABSENT", None),
    ],
)
async def test_R4_8_of_what_staff_marked_a_kiosk_changes_absent_alone(
    door: KioskDoor, source: Source, status: str, after: str | None
) -> None:
    await door.world.mark(door.students["Ann"], door.lesson.timeslot_id, status=AttendanceStatus(status), source=source)
    done = await door.check_in("Ann")
    assert done["status"] == (after or "PRESENT")
    ann = (await door.marks())["Ann"]
    assert ann == ((after, False, source) if after else ("PRESENT", False, "KIOSK"))


@pytest.mark.parametrize(
    ("marks_tardy", "late", "status"),
    [
        (False, timedelta(minutes=10), "PRESENT"),
        (True, -timedelta(seconds=1), "PRESENT"),
        (True, timedelta(0), "PRESENT"),
        (True, timedelta(microseconds=1), "TARDY"),
        (True, timedelta(hours=2), "TARDY"),
    ],
)
async def test_R5_3_after_the_start_is_tardy_where_the_setting_says_so(
    door: KioskDoor, marks_tardy: bool, late: timedelta, status: str
) -> None:
    await door.world.change_settings(kiosk_marks_tardy=marks_tardy)
    kiosk = await launch(door.owner, door.world.location_id)
    door.at(STARTS + late)
    assert (await door.check_in("Ann", api=kiosk))["status"] == status


@pytest.mark.parametrize(("minutes", "is_open"), [(-31, False), (-30, True), (0, True), (15, True), (16, False)])
async def test_R5_3_outside_the_windows_it_is_refused_with_their_bounds(
    door: KioskDoor, minutes: int, is_open: bool
) -> None:
    await door.world.change_settings(kiosk_early_minutes=30, kiosk_late_minutes=15)
    before = await fingerprint(door.world)
    door.at(STARTS + timedelta(minutes=minutes))
    done = await door.check_in("Ann")
    if is_open:
        assert done["__typename"] == "CheckInSuccess"
        return
    assert done == {
        "__typename": "OutsideCheckInWindow",
        "message": "Check-in has not opened yet." if minutes < 0 else "Check-in has closed. Please ask the staff.",
        "opensAt": "2026-11-16T22:30:00Z",
        "closesAt": "2026-11-16T23:15:00Z",
    }
    assert await fingerprint(door.world) == before


async def test_R5_3_without_windows_the_whole_day_is_open(door: KioskDoor) -> None:
    door.at(STARTS - timedelta(hours=17))
    assert (await door.check_in("Ann"))["__typename"] == "CheckInSuccess"
    door.at(STARTS + timedelta(hours=6, minutes=59))
    assert (await door.check_in("Ben"))["__typename"] == "CheckInSuccess"


async def test_R5_3_read_only_kiosks_check_nobody_in(door: KioskDoor) -> None:
    await door.world.change_settings(kiosk_read_only=True)
    before = await fingerprint(door.world)
    assert await door.check_in("Ann") == {
        "__typename": "KioskReadOnly",
        "message": "Kiosks are read-only at the moment. Please ask the staff.",
    }
    assert await fingerprint(door.world) == before


async def test_R7_3_a_kiosks_tokens_always_wait_for_both_runs(door: KioskDoor) -> None:
    """Whatever the portals' switches: the tokens of those whom the check-in marked absent."""
    for office, staff in ((False, False), (True, True)):
        await door.world.change_settings(office_check_in_mode=office, staff_check_in_mode=staff)
        lesson = await door.world.weekly_class(name="Swim 2")
        door.lesson = lesson
        for name in ("Dee", "Eli"):
            await door.add(name)
        await door.check_in("Dee")
        occurrence = await door.owner.occurrence(door.occurrence_id, ROW)
        assert occurrence["tokenRuns"] == [
            {"phase": "AFTER_CLASS", "dueAt": "2026-11-17T00:15:00Z", "state": "ARMED"},
            {"phase": "END_OF_DAY", "dueAt": "2026-11-17T05:59:00Z", "state": "ARMED"},
        ]
    assert await door.world.count(models.MakeupToken) == 0


async def test_R4_11_the_same_key_gives_the_first_answer(door: KioskDoor) -> None:
    first = await door.check_in("Ann", idempotencyKey="tap 1")
    before = await fingerprint(door.world)
    assert await door.check_in("Ann", idempotencyKey="tap 1") == first
    assert await fingerprint(door.world) == before
    answer = await door.kiosk.refused(CHECK_IN, input=door.input("Ben", idempotencyKey="tap 1"))
    assert answer[0] == "BAD_USER_INPUT"
    other = await launch(door.owner, door.world.location_id, "Side door")
    assert (await door.check_in("Ben", api=other, idempotencyKey="tap 1"))["status"] == "PRESENT"


async def test_R11_2_other_days_other_locations_and_others_occurrences_are_not_found(door: KioskDoor) -> None:
    world = door.world
    second = await world.location()
    elsewhere = await world.weekly_class(location_id=second)
    await world.enroll(door.students["Ann"], elsewhere.offering_id)
    stranger = await new_world(world.owner, name="Other Gym")
    foreign = await stranger.weekly_class()
    keys = [
        door.lesson.key(MONDAY - timedelta(days=7)),
        door.lesson.key(MONDAY + timedelta(days=7)),
        door.lesson.key(MONDAY + timedelta(days=1)),
        elsewhere.key(),
        foreign.key(),
    ]
    before = await fingerprint(door.world)
    for key in keys:
        given = door.input("Ann", occurrenceId=encode_occurrence_id(key))
        assert await door.kiosk.refused(CHECK_IN, input=given) == ("NOT_FOUND", "There is no such occurrence.")
    assert await fingerprint(door.world) == before


async def test_R11_2_after_midnight_yesterday_is_over_save_for_what_still_runs(door: KioskDoor) -> None:
    late = await door.world.weekly_class(name="Late", start_time=time(23, 30), duration_minutes=60)
    await door.world.enroll(door.students["Ann"], late.offering_id)
    given = door.input("Ann", occurrenceId=late.sheet_id())
    door.at(STARTS + timedelta(hours=7, minutes=29))
    assert (await door.kiosk.ask(CHECK_IN, input=given))["checkIn"]["status"] == "PRESENT"
    assert (await door.kiosk.refused(CHECK_IN, input=door.input("Ben")))[0] == "NOT_FOUND"
    await door.world.enroll(door.students["Ben"], late.offering_id)
    door.at(STARTS + timedelta(hours=7, minutes=30))
    ben = given | {"studentId": encode_id("Student", door.students["Ben"])}
    assert (await door.kiosk.refused(CHECK_IN, input=ben))[0] == "NOT_FOUND"


async def test_R4_12_who_is_not_on_the_roster_and_what_is_cancelled_is_refused(door: KioskDoor) -> None:
    door.students["Zoe"] = await door.world.student(first_name="Zoe")
    before = await fingerprint(door.world)
    refused = await door.check_in("Zoe")
    assert (refused["__typename"], refused["studentIds"]) == (
        "StudentNotOnRoster",
        [encode_id("Student", door.students["Zoe"])],
    )
    assert await fingerprint(door.world) == before
    await door.world.occurrence(door.lesson.timeslot_id, revision=1, cancelled_at=STARTS)
    before = await fingerprint(door.world)
    refused = await door.check_in("Ann")
    assert (refused["__typename"], refused["reason"]) == ("AttendanceNotRecordable", "CANCELLED")
    assert await fingerprint(door.world) == before


async def test_a_guardian_cannot_check_in(door: KioskDoor, api: Api) -> None:
    guardian = await api.signed_in(door.world, await door.world.guardian(door.family_id), Portal.CUSTOMER)
    assert (await guardian.refused(CHECK_IN, input=door.input("Ann")))[0] == "FORBIDDEN"
    assert (await api.refused(CHECK_IN, input=door.input("Ann")))[0] == "UNAUTHENTICATED"
    assert await door.marks() == {}


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(door: KioskDoor) -> None:
    counts = []
    for rows in (1, 20):
        door.lesson = await door.world.weekly_class(name=f"Swim {rows}")
        for number in range(rows):
            await door.add(f"{rows}/{number}")
        door.kiosk.statements.clear()
        assert (await door.check_in(f"{rows}/0"))["status"] == "PRESENT"
        counts.append(len(door.kiosk.statements))
    assert counts[0] == counts[1], counts
