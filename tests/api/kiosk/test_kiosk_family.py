"""kioskFamily: who is expected, for whom, and what is not told (R5.2, R11.2)."""

import base64
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.kiosk.kiosk import FamilyCode
from attendance.rules.kiosk.telephones import phone_key
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Source
from db import models
from gql.credentials.check_in_codes import CheckInCodes
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import FAMILY, PHONE, STARTS, KioskDoor, launch, names, new_kiosk_door
from tests.support.api import SECRET, Api
from tests.support.factories import MONDAY, World, new_world

TUESDAY = MONDAY.replace(day=17)


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


async def test_R5_2_a_family_sees_first_names_and_todays_occurrences_and_nothing_more(door: KioskDoor) -> None:
    await door.world.change_settings(kiosk_early_minutes=30, kiosk_late_minutes=15)
    answer = await door.kiosk.send(FAMILY, phone="512-555-0142")
    expected = {
        "occurrenceId": door.occurrence_id,
        "offeringName": "Swim 1",
        "startsAt": "2026-11-16T23:00:00Z",
        "endsAt": "2026-11-16T23:45:00Z",
        "status": None,
        "canCheckIn": True,
        "noCheckInReason": None,
        "opensAt": "2026-11-16T22:30:00Z",
        "closesAt": "2026-11-16T23:15:00Z",
    }
    assert answer["data"]["kioskFamily"]["students"] == [
        {"studentId": encode_id("Student", door.students[name]), "firstName": name, "occurrences": [expected]}
        for name in ("Ann", "Ben")
    ]
    told = str(answer) + base64.b64decode(door.occurrence_id + "==").decode()
    assert "Secret" not in told
    assert str(door.family_id) not in told


async def test_R5_2_the_status_is_told_and_whether_check_in_is_possible(door: KioskDoor) -> None:
    slot = door.lesson.timeslot_id
    await door.world.mark(door.students["Ann"], slot, status=AttendanceStatus.TARDY)
    await door.world.mark(
        door.students["Ben"], slot, status=AttendanceStatus.ABSENT, source=Source.SYSTEM, is_defaulted=True
    )
    told = {each["firstName"]: each["occurrences"][0] for each in await door.look_up()}
    state = {
        name: (each["status"], each["canCheckIn"], each["noCheckInReason"], each["opensAt"], each["closesAt"])
        for name, each in told.items()
    }
    assert state == {
        "Ann": ("TARDY", False, "CHECKED_IN", None, None),
        "Ben": ("ABSENT", True, None, None, None),
    }


@pytest.mark.parametrize(
    ("settings", "minutes", "reason"),
    [
        ({"kiosk_read_only": True}, 0, "READ_ONLY"),
        ({"kiosk_early_minutes": 5}, -6, "TOO_EARLY"),
        ({"kiosk_early_minutes": 5}, -5, None),
        ({"kiosk_late_minutes": 5}, 5, None),
        ({"kiosk_late_minutes": 5}, 6, "TOO_LATE"),
    ],
)
async def test_R5_3_the_settings_decide_and_count_at_once(
    door: KioskDoor, settings: dict[str, Any], minutes: int, reason: str | None
) -> None:
    door.at(STARTS + timedelta(minutes=minutes))
    assert (await door.look_up())[0]["occurrences"][0]["canCheckIn"]
    await door.world.change_settings(**settings)
    found = (await door.look_up())[0]["occurrences"][0]
    assert (found["canCheckIn"], found["noCheckInReason"]) == (reason is None, reason)


async def test_R5_2_only_who_is_expected_today_is_named(door: KioskDoor) -> None:
    world = door.world
    enrollments: dict[str, dict[str, Any]] = {
        "Waits": {"type": EnrollmentType.WAITLIST},
        "Dropped": {"drop_on": MONDAY - timedelta(days=1)},
        "Later": {"starts_on": TUESDAY},
        "Deleted": {"deleted_at": STARTS},
    }
    for name, given in enrollments.items():
        await door.add(name, **given)
    left = await door.add("Left")
    await world.change(models.Student, left, deleted_at=STARTS)
    tuesdays = await world.weekly_class(weekday=2, name="Tuesdays")
    await world.enroll(await world.student(first_name="Tom", family_id=door.family_id), tuesdays.offering_id)
    over = await world.weekly_class(name="Over", ends_on=MONDAY - timedelta(days=7))
    await world.enroll(await world.student(first_name="Una", family_id=door.family_id), over.offering_id)
    await door.add("Last", drop_on=MONDAY)
    assert names(await door.look_up()) == ["Ann", "Ben", "Last"]


async def test_R3_1_who_was_marked_and_then_dropped_is_still_named(door: KioskDoor) -> None:
    gone = await door.add("Gone", drop_on=MONDAY - timedelta(days=1))
    await door.world.mark(gone, door.lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    assert names(await door.look_up()) == ["Ann", "Ben", "Gone"]


async def test_R11_2_other_locations_and_tomorrow_stay_unknown(door: KioskDoor) -> None:
    world = door.world
    second = await world.location()
    elsewhere = await world.weekly_class(location_id=second, name="Elsewhere", start_time=time(19))
    await world.enroll(door.students["Ann"], elsewhere.offering_id)
    (ann, _) = await door.look_up()
    assert [each["offeringName"] for each in ann["occurrences"]] == ["Swim 1"]
    there = await door.look_up(api=await launch(door.owner, second))
    assert [(each["firstName"], each["occurrences"][0]["offeringName"]) for each in there] == [("Ann", "Elsewhere")]
    door.at(STARTS + timedelta(hours=7))
    assert await door.look_up() == []


async def test_R11_2_what_runs_past_midnight_is_there_until_it_ends(door: KioskDoor) -> None:
    late = await door.world.weekly_class(name="Late", start_time=time(23, 30), duration_minutes=60)
    await door.world.enroll(door.students["Ben"], late.offering_id)
    midnight = STARTS + timedelta(hours=7)
    door.at(midnight + timedelta(minutes=29))
    ((ben),) = await door.look_up()
    (occurrence,) = ben["occurrences"]
    assert (ben["firstName"], occurrence["occurrenceId"]) == (
        "Ben",
        late.sheet_id(),
    )
    door.at(midnight + timedelta(minutes=30))
    assert await door.look_up() == []


async def test_cancelled_ones_are_told_and_cannot_be_checked_in_to(door: KioskDoor) -> None:
    await door.world.occurrence(door.lesson.timeslot_id, revision=1, cancelled_at=STARTS)
    occurrences = [each["occurrences"][0] for each in await door.look_up()]
    assert [(each["canCheckIn"], each["noCheckInReason"]) for each in occurrences] == [(False, "NOT_HELD")] * 2


async def test_occurrences_come_by_start(door: KioskDoor) -> None:
    for name, hour in (("Evening", 20), ("Morning", 8)):
        lesson = await door.world.weekly_class(name=name, start_time=time(hour))
        await door.world.enroll(door.students["Ann"], lesson.offering_id)
    (ann, _) = await door.look_up()
    assert [each["offeringName"] for each in ann["occurrences"]] == ["Morning", "Swim 1", "Evening"]


async def test_R5_2_what_is_wrong_cannot_be_told_from_a_family_with_nothing_today(door: KioskDoor) -> None:
    world = door.world
    idle = await world.family(name="Idle", phone="512 555 0177")
    await world.student(first_name="Ida", family_id=idle)
    moved = await world.family(name="Moved", phone="512 555 0178", deleted_at=STARTS)
    await door.add("Mia", family_id=moved)
    right = await door.code()
    codes = CheckInCodes(SECRET)
    stranger = await new_world(world.owner, name="Other Gym")
    foreign = FamilyCode(stranger.organization_id, await stranger.family(), 1)
    tampered = right[:-1] + ("A" if right[-1] != "A" else "B")
    asked: list[dict[str, str]] = [
        {"phone": "512 555 0177"},
        {"phone": "512 555 0178"},
        {"phone": "512 555 0000"},
        {"phone": "0142"},
        {"phone": "nobody"},
        {"qrCode": "nonsense"},
        {"qrCode": tampered},
        {"qrCode": right + "="},
        {"qrCode": codes.make(foreign)},
        {"qrCode": codes.make(FamilyCode(world.organization_id, door.family_id, 2))},
        {"qrCode": CheckInCodes("another secret").make(FamilyCode(world.organization_id, door.family_id, 1))},
    ]
    answers, statements = [], []
    for given in asked:
        door.kiosk.statements.clear()
        answers.append((await door.kiosk.send(FAMILY, **given))["data"])
        statements.append(list(door.kiosk.statements))
    assert answers == [{"kioskFamily": {"students": []}}] * len(asked)
    assert [len(each) for each in statements] == [4] * len(asked), "the same work, whoever is asked for"
    assert statements == [statements[0]] * len(asked)


async def test_R5_2_a_shared_number_shows_each_family_but_a_placeholder_shows_none(door: KioskDoor) -> None:
    for number in range(3):
        await door.add(f"Kin {number}", family_id=await door.world.family(name="Kin", phone="5125550142"))
    assert names(await door.look_up()) == ["Ann", "Ben", "Kin 0", "Kin 1", "Kin 2"]
    await door.add("Kin 3", family_id=await door.world.family(name="Kin", phone="512/5550142"))
    assert await door.look_up() == []


async def test_R5_2_each_number_of_each_guardian_finds_the_family(door: KioskDoor) -> None:
    world = door.world
    for number in ("(512) 555-0150", "512 555 0151"):
        guardian = await world.guardian(door.family_id)
        await world.add(models.GuardianPhone, person_id=guardian, number=number)
    for typed in ("512 555 0150", "+1 512 555-0151", PHONE, "+1 512 555 0142 ext. 3"):
        assert names(await door.look_up(phone=typed)) == ["Ann", "Ben"], typed
    assert await door.look_up(phone="512 555 0152") == []


async def test_R5_2_a_number_is_read_as_one_of_the_locations_country(door: KioskDoor) -> None:
    world = door.world
    await world.change(models.Family, door.family_id, phone="+44 121 234 5678")
    assert await door.look_up(phone="121 234 5678") == [], "a number of the United States"
    await world.change(models.Location, world.location_id, time_zone="Europe/London")
    for typed in ("121 234 5678", "0121 234 5678", "+44 (0)121 234 5678", "0044 121 234 5678"):
        assert names(await door.look_up(phone=typed)) == ["Ann", "Ben"], typed


async def test_R5_2_families_with_a_placeholder_do_not_hide_another_number(door: KioskDoor) -> None:
    for number in range(30):
        await door.world.family(name=f"None {number}", phone="000 000 0142")
    assert names(await door.look_up()) == ["Ann", "Ben"], "another number with the same last digits"
    assert await door.look_up(phone="000 000 0142") == []


@pytest.mark.parametrize(
    "number",
    [
        *(
            "(512) 555-0142",
            "+1 512 555 0142 ext. 77",
            "٥١٢٥٥٥٠١٤٢",
            "５１２５５５０１４２",
            "५१२ ५५५ ०१४२",
            "512/5550142#9",
        ),
        *("Tel. 512 555 0142 (Mum)", "+7 495 123 45 67 доб. 5", "512\n555 0142, or 3", "12345", "123456", "none", ""),
    ],
)
async def test_R5_2_the_database_makes_the_key_that_the_rules_make(door: KioskDoor, number: str) -> None:
    found = await door.world.owner.execute(text("SELECT phone_key(CAST(:number AS text))"), {"number": number})
    assert found.scalar_one() == phone_key(number)


async def test_the_same_number_in_another_organization_is_another_family(door: KioskDoor, api: Api) -> None:
    elsewhere = await new_kiosk_door(await new_world(door.world.owner, name="Other Gym"), api)
    theirs = {each["studentId"] for each in await elsewhere.look_up()}
    assert theirs == {encode_id("Student", elsewhere.students[name]) for name in ("Ann", "Ben")}
    assert await elsewhere.look_up(qrCode=await door.code()) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "exactly one"),
        ({"phone": PHONE, "qrCode": "RB1.x"}, "exactly one"),
        ({"phone": "", "qrCode": ""}, "exactly one"),
        ({"phone": "5" * 41}, "at most 40"),
        ({"qrCode": "x" * 201}, "at most 200"),
    ],
)
async def test_a_question_that_is_none_is_bad_input(door: KioskDoor, given: dict[str, str], words: str) -> None:
    code, message = await door.kiosk.refused(FAMILY, **given)
    assert (code, words in message) == ("BAD_USER_INPUT", True), message


async def test_R11_2_only_kiosks_look_families_up(door: KioskDoor, api: Api) -> None:
    guardian = await door.guardian(api)
    for caller, code in ((api, "UNAUTHENTICATED"), (door.owner, "FORBIDDEN"), (guardian, "FORBIDDEN")):
        assert (await caller.refused(FAMILY, phone=PHONE))[0] == code


async def test_the_number_of_statements_does_not_depend_on_the_number_of_students(door: KioskDoor) -> None:
    counts = []
    for more in (0, 18):
        for number in range(more):
            await door.add(f"Kid {number}")
        door.kiosk.statements.clear()
        counts.append((len(await door.look_up()), len(door.kiosk.statements)))
    assert counts == [(2, 5), (20, 5)]
