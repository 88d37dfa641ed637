"""R4.5b: a wrong tap at the kiosk is taken back whole, within a minute, by the same device."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenOrigin, Source
from db import models
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import STARTS, KioskDoor, launch, new_kiosk_door
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.fingerprint import fingerprint

BY_DEFAULT = ("ABSENT", True, "SYSTEM")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
UNDO = mutation("undoKioskCheckIn", "status markedAt")
SHEET = """query($id: ID!) { occurrence(id: $id) { revision tokenRuns { phase state } roster {
  mark { markedBy { __typename } note } } } }"""
SUBMIT = mutation("submitAttendance")
UNDONE = {"__typename": "UndoKioskCheckInSuccess", "status": None, "markedAt": None}
TAPPED_AT = STARTS - 10 * MINUTE


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


async def undo(door: KioskDoor, name: str, *, api: Api | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await (api or door.kiosk).ask(UNDO, input=door.input(name, **more)))["undoKioskCheckIn"]
    return found


async def submit(door: KioskDoor, *marks: tuple[str, str | None]) -> None:
    named = [{"studentId": encode_id("Student", door.students[name]), "status": status} for name, status in marks]
    done = await door.owner.ask(SUBMIT, input={"occurrenceId": door.occurrence_id, "marks": named})
    assert done["submitAttendance"]["__typename"] == "SubmitAttendanceSuccess"


async def runs(door: KioskDoor) -> list[str]:
    run = models.TokenRun
    found = await door.world.owner.scalars(select(run.phase).where(run.timeslot_id == door.lesson.timeslot_id))
    return sorted(phase.value for phase in found)


async def revision(door: KioskDoor) -> int:
    found: int = (await door.owner.ask(SHEET, id=door.occurrence_id))["occurrence"]["revision"]
    return found


async def test_R4_5b_the_only_check_in_goes_with_its_defaults_and_runs_as_one_change(door: KioskDoor) -> None:
    await door.check_in("Ann")
    assert (await runs(door), await revision(door)) == (["AFTER_CLASS", "END_OF_DAY"], 1)
    assert await undo(door, "Ann") == UNDONE
    assert await door.marks() == {}
    assert (await runs(door), await revision(door)) == ([], 2)
    await door.check_in("Cas")
    assert await door.marks() == {"Ann": BY_DEFAULT, "Ben": BY_DEFAULT, "Cas": ("PRESENT", False, "KIOSK")}
    assert await runs(door) == ["AFTER_CLASS", "END_OF_DAY"]


async def test_R4_5b_so_it_does_when_staff_clear_it(door: KioskDoor) -> None:
    await door.check_in("Ann")
    door.at(STARTS)
    await submit(door, ("Ann", None))
    assert await door.marks() == {}
    assert (await runs(door), await revision(door)) == ([], 2)


async def test_R4_5b_what_somebody_confirmed_or_changed_stays(door: KioskDoor) -> None:
    await door.check_in("Ann")
    await submit(door, ("Ben", "ABSENT"))
    await undo(door, "Ann")
    assert await door.marks() == {"Ben": ("ABSENT", False, "OFFICE")}
    assert await runs(door) == [], "the office is not in check-in mode: Ben's absence earned its token at once"
    await door.check_in("Ann")
    await door.world.change_settings(office_check_in_mode=True)
    await submit(door, ("Cas", "EXCUSED_ABSENCE"))
    await undo(door, "Ann")
    assert await door.marks() == {"Ben": ("ABSENT", False, "OFFICE"), "Cas": ("EXCUSED_ABSENCE", False, "OFFICE")}
    assert await runs(door) == ["AFTER_CLASS", "END_OF_DAY"], "Cas's absence waits for them"


async def test_R4_5b_tokens_that_a_run_has_issued_are_revoked(door: KioskDoor) -> None:
    await door.check_in("Ann")
    await door.world.owner.execute(
        text("UPDATE token_run SET due_at = now() - interval '1 day' WHERE phase = 'AFTER_CLASS'")
    )
    token = await door.world.makeup_token(
        door.students["Ben"], origin=MakeupTokenOrigin.ABSENCE, timeslot_id=door.lesson.timeslot_id, held_on=MONDAY
    )
    await undo(door, "Ann")
    revoked = models.MakeupToken.revoked_at
    assert await door.world.owner.scalar(select(revoked).where(models.MakeupToken.id == token)) is not None


async def test_R4_5b_while_others_are_checked_in_the_student_is_absent_by_default(door: KioskDoor) -> None:
    await door.check_in("Ann")
    await door.check_in("Ben")
    for name in ("Ann", "Ben"):
        door.at(TAPPED_AT + 30 * SECOND)
        if name == "Ann":
            assert await undo(door, name) == {
                "__typename": "UndoKioskCheckInSuccess",
                "status": "ABSENT",
                "markedAt": "2026-11-16T22:50:30Z",
            }
            assert await door.marks() == {"Ann": BY_DEFAULT, "Ben": ("PRESENT", False, "KIOSK"), "Cas": BY_DEFAULT}
        else:
            assert await undo(door, name) == UNDONE
    assert (await door.marks(), await runs(door)) == ({}, [])


async def test_R4_5b_an_absence_that_staff_had_recorded_is_put_back_with_its_author(door: KioskDoor) -> None:
    await submit(door, ("Ann", "ABSENT"))
    await door.world.owner.execute(text("UPDATE mark SET note = 'called in'"))
    await door.world.owner.execute(text("UPDATE changed_entry SET after_note = 'called in'"))
    await door.check_in("Ann")
    assert (await undo(door, "Ann"))["status"] == "ABSENT"
    assert await door.marks() == {"Ann": ("ABSENT", False, "OFFICE")}
    roster = (await door.owner.ask(SHEET, id=door.occurrence_id))["occurrence"]["roster"]
    assert roster[0]["mark"] == {"markedBy": {"__typename": "StaffMember"}, "note": "called in"}


async def test_R4_5b_absences_of_the_end_of_the_day_stay(door: KioskDoor) -> None:
    await door.world.occurrence(door.lesson.timeslot_id, revision=1)
    given = {"timeslot_id": door.lesson.timeslot_id, "held_on": MONDAY, "revision": 1}
    await door.world.add(models.Change, **given, kind="MARKS", source=Source.SYSTEM, changed_at=STARTS)
    for name in ("Ann", "Ben"):
        student = door.students[name]
        await door.world.add(
            models.Mark,
            **given,
            student_id=student,
            status=AttendanceStatus.ABSENT,
            is_defaulted=True,
            source=Source.SYSTEM,
            marked_at=STARTS,
        )
        await door.world.add(
            models.ChangedEntry,
            **given,
            student_id=student,
            after_status=AttendanceStatus.ABSENT,
            after_is_defaulted=True,
            after_source=Source.SYSTEM,
        )
    await door.check_in("Ann")
    assert set(await door.marks()) == {"Ann", "Ben", "Cas"}
    await undo(door, "Ann")
    assert await door.marks() == {"Ann": BY_DEFAULT, "Ben": BY_DEFAULT}


async def test_R4_5b_a_minute_is_the_limit_and_its_last_instant_is_in_time(door: KioskDoor) -> None:
    await door.check_in("Ann")
    door.at(TAPPED_AT + 30 * SECOND)
    await door.check_in("Ann")
    before = await fingerprint(door.world)
    door.at(TAPPED_AT + MINUTE + timedelta(microseconds=1))
    refused = await undo(door, "Ann")
    assert (refused["__typename"], refused["noUndoReason"], refused["undoableUntil"]) == (
        "CheckInNotUndoable",
        "TOO_LATE",
        "2026-11-16T22:51:00Z",
    )
    assert await fingerprint(door.world) == before
    door.at(TAPPED_AT + MINUTE)
    assert await undo(door, "Ann") == UNDONE


async def test_R4_5b_only_the_device_that_made_the_check_in_takes_it_back(door: KioskDoor) -> None:
    other = await launch(door.owner, door.world.location_id, "Back door")
    await door.check_in("Ann")
    await submit(door, ("Ben", "PRESENT"))
    before = await fingerprint(door.world)
    reasons = {
        "other device": (await undo(door, "Ann", api=other))["noUndoReason"],
        "staff": (await undo(door, "Ben"))["noUndoReason"],
        "absent": (await undo(door, "Cas"))["noUndoReason"],
    }
    assert reasons == {"other device": "NOT_BY_THIS_KIOSK", "staff": "NOT_CHECKED_IN", "absent": "NOT_CHECKED_IN"}
    assert await fingerprint(door.world) == before
    await submit(door, ("Ann", "TARDY"))
    assert (await undo(door, "Ann"))["noUndoReason"] == "NOT_BY_THIS_KIOSK"
    assert (await door.marks())["Ann"] == ("TARDY", False, "OFFICE")


async def test_R4_5b_what_a_kiosk_may_not_change_it_does_not_take_back(door: KioskDoor) -> None:
    await door.check_in("Ann")
    door.students["Zoe"] = await door.world.student(first_name="Zoe")
    assert (await undo(door, "Zoe"))["__typename"] == "StudentNotOnRoster"
    await door.world.change_settings(kiosk_read_only=True)
    before = await fingerprint(door.world)
    assert (await undo(door, "Ann"))["__typename"] == "KioskReadOnly"
    assert await fingerprint(door.world) == before
    await door.world.change_settings(kiosk_read_only=False, kiosk_early_minutes=1)
    assert await undo(door, "Ann") == UNDONE, "the window does not matter"


async def test_R4_11_undoing_with_the_same_key_answers_the_same(door: KioskDoor) -> None:
    await door.check_in("Ann")
    assert await undo(door, "Ann", idempotencyKey="once") == UNDONE
    before = await fingerprint(door.world)
    assert await undo(door, "Ann", idempotencyKey="once") == UNDONE
    assert await fingerprint(door.world) == before
    assert (await undo(door, "Ann"))["noUndoReason"] == "NOT_CHECKED_IN"


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(door: KioskDoor) -> None:
    counts = []
    for rows in (2, 20):
        door.lesson = await door.world.weekly_class(name=f"Swim {rows}")
        for number in range(rows):
            await door.add(f"{rows}/{number}")
        await door.check_in(f"{rows}/0")
        door.kiosk.statements.clear()
        assert await undo(door, f"{rows}/0") == UNDONE
        counts.append(len(door.kiosk.statements))
    assert counts[0] == counts[1], counts
