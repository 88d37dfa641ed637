"""R14.1, R14.2: acts of clients that were offline, which arrive later than people made them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import STARTS, new_kiosk_door
from tests.api.marks.check_in_desk import CheckInDesk, new_check_in_desk
from tests.support.api import Api
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

HISTORY = """roster { student { firstName } history { captured: capturedAt changedAt source after { status } } }"""
MINUTE = timedelta(minutes=1)
# 16:50 at the location; the class is from 17:00 to 17:45.
BEFORE = STARTS - 10 * MINUTE


def iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    await world.change_settings(office_check_in_mode=True, staff_check_in_mode=True, kiosk_marks_tardy=True)
    made = await new_check_in_desk(world, database, api)
    made.at(STARTS + 5 * MINUTE)
    return made


async def history(desk: CheckInDesk, name: str) -> list[Any]:
    found = await desk.office.occurrence(desk.lesson.sheet_id(), HISTORY)
    (row,) = [row for row in found["roster"] if row["student"]["firstName"] == name]
    steps: list[Any] = row["history"]
    return steps


async def test_R14_2_who_came_in_time_is_not_tardy_when_the_act_arrives_late(desk: CheckInDesk) -> None:
    done = await desk.check_in("Ann", capturedAt=iso(BEFORE))
    assert (done["__typename"], done["entry"]["mark"]["status"]) == ("CheckInSuccess", "PRESENT")
    assert (await desk.check_in("Ben"))["entry"]["mark"]["status"] == "TARDY"
    (step,) = await history(desk, "Ann")
    assert step == {
        "captured": iso(BEFORE),
        "changedAt": iso(STARTS + 5 * MINUTE),
        "source": "OFFICE",
        "after": {"status": "PRESENT"},
    }
    assert (await history(desk, "Ben"))[0]["captured"] is None


async def test_R14_2_deferred_runs_go_by_the_time_of_arrival(desk: CheckInDesk) -> None:
    desk.at(STARTS + timedelta(hours=3))
    done = await desk.check_in("Ann", capturedAt=iso(BEFORE))
    online = await desk.on(desk.held_on).check_in("Ben")
    due = [[run["dueAt"] for run in each["occurrence"]["tokenRuns"]] for each in (done, online)]
    assert due[0] == due[1] != []


@pytest.mark.parametrize(
    ("captured", "now", "reason"),
    [
        (STARTS + 3 * MINUTE, STARTS, "AHEAD"),
        (STARTS - timedelta(hours=18), STARTS, "BEFORE_DAY"),
        (STARTS, STARTS + timedelta(days=7, seconds=1), "TOO_OLD"),
    ],
)
async def test_R14_1_a_time_at_which_it_cannot_have_been_captured(
    desk: CheckInDesk, captured: datetime, now: datetime, reason: str
) -> None:
    await desk.long_after(now)
    before = await fingerprint(desk.world)
    for done in (
        await desk.check_in("Ann", capturedAt=iso(captured)),
        await desk.mark("Ann", "PRESENT", capturedAt=iso(captured)),
        await desk.clear("Ann", capturedAt=iso(captured)),
        await desk.submit(("Ann", "PRESENT"), capturedAt=iso(captured)),
    ):
        assert (done["__typename"], done["capturedAtReason"]) == ("CapturedTimeNotPossible", reason)
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("captured", "now"),
    [
        (STARTS + 2 * MINUTE, STARTS),
        (STARTS - timedelta(hours=17), STARTS),
        (STARTS, STARTS + timedelta(days=7)),
    ],
)
async def test_R14_1_the_ends_are_included(desk: CheckInDesk, captured: datetime, now: datetime) -> None:
    await desk.long_after(now)
    assert (await desk.mark("Ann", "PRESENT", capturedAt=iso(captured)))["__typename"] == "MarkAttendanceSuccess"


async def test_R14_2_a_clock_that_is_a_little_ahead_counts_as_now(desk: CheckInDesk) -> None:
    desk.at(STARTS)
    done = await desk.check_in("Ann", capturedAt=iso(STARTS + 2 * MINUTE))
    assert done["entry"]["mark"]["status"] == "PRESENT"
    assert (await history(desk, "Ann"))[0]["captured"] == iso(STARTS)


async def test_R14_2_a_mark_wins_over_a_default_that_is_newer(desk: CheckInDesk) -> None:
    await desk.check_in("Ben")
    done = await desk.mark("Ann", "PRESENT", capturedAt=iso(BEFORE))
    assert done["__typename"] == "MarkAttendanceSuccess"
    assert (await desk.marks())["Ann"] == ("PRESENT", False, "OFFICE")


async def test_R14_2_of_two_marks_by_one_caller_the_later_captured_stands(desk: CheckInDesk) -> None:
    await desk.mark("Ann", "ABSENT", capturedAt=iso(BEFORE + MINUTE))
    before = await fingerprint(desk.world)
    done = await desk.submit(("Ann", "PRESENT"), capturedAt=iso(BEFORE))
    assert (done["__typename"], done["changedEntries"]) == ("SubmitAttendanceSuccess", [])
    assert await fingerprint(desk.world) == before
    await desk.submit(("Ann", "TARDY"), ("Ben", "PRESENT"), capturedAt=iso(BEFORE + 2 * MINUTE))
    marks = await desk.marks()
    assert (marks["Ann"][0], marks["Ben"][0]) == ("TARDY", "PRESENT")


async def test_R14_2_mark_the_rest_does_not_fill_a_row_that_was_cleared_later(desk: CheckInDesk) -> None:
    await desk.mark("Ann", "ABSENT", capturedAt=iso(BEFORE))
    await desk.submit(("Ann", None), capturedAt=iso(BEFORE + 2 * MINUTE))
    await desk.submit(("Ann", "PRESENT"), markRest="PRESENT", capturedAt=iso(BEFORE + MINUTE))
    marks = await desk.marks()
    assert (marks["Ann"], marks["Ben"][0]) == (("ABSENT", True, "SYSTEM"), "PRESENT")


async def test_R14_2_anothers_newer_mark_is_a_conflict_with_both_values(desk: CheckInDesk) -> None:
    await desk.mark("Ann", "ABSENT", note="ill", api=desk.staff)
    somebody = await desk.api.as_staff(desk.world, Permission.OWNER)
    before = await fingerprint(desk.world)
    done = await desk.submit(("Ann", "PRESENT"), ("Ben", "TARDY"), api=somebody, capturedAt=iso(BEFORE))
    assert (done["__typename"], done["seenRevision"], done["currentRevision"]) == ("AttendanceConflict", 0, 1)
    assert done["conflicts"] == [
        {
            "studentId": encode_id("Student", desk.students["Ann"]),
            "wantedStatus": "PRESENT",
            "currentStatus": "ABSENT",
            "currentNote": "ill",
            "changedAt": iso(STARTS + 5 * MINUTE),
            "revision": 1,
        }
    ]
    assert await fingerprint(desk.world) == before
    later = await desk.submit(("Ann", "PRESENT"), api=somebody, capturedAt=iso(STARTS + 6 * MINUTE))
    assert later["__typename"] == "SubmitAttendanceSuccess", "captured after the other's mark"
    assert (await desk.marks())["Ann"][0] == "PRESENT"


async def test_R14_2_a_row_that_another_has_cleared_since_is_a_conflict_too(desk: CheckInDesk) -> None:
    somebody = await desk.api.as_staff(desk.world, Permission.OWNER)
    await desk.submit(("Ann", "ABSENT"), api=somebody)
    await desk.submit(("Ann", None), api=somebody)
    done = await desk.mark("Ann", "PRESENT", capturedAt=iso(BEFORE))
    assert done["__typename"] == "AttendanceConflict"
    assert done["conflicts"][0]["currentStatus"] is None


async def test_R14_2_what_the_person_saw_was_not_decided_after_the_tap(desk: CheckInDesk) -> None:
    """The device's clock is slow."""
    somebody = await desk.api.as_staff(desk.world, Permission.OWNER)
    await desk.submit(("Ann", "ABSENT"), api=somebody)
    await desk.submit(("Ben", "ABSENT"))
    seen: dict[str, Any] = {"capturedAt": iso(BEFORE), "seenRevision": 2}
    assert (await desk.mark("Ann", "PRESENT", **seen))["__typename"] == "MarkAttendanceSuccess"
    await desk.mark("Ben", "PRESENT", **seen)
    marks = await desk.marks()
    assert (marks["Ann"][0], marks["Ben"][0]) == ("PRESENT", "PRESENT")


async def test_R14_2_a_clearing_is_judged_like_a_mark(desk: CheckInDesk) -> None:
    somebody = await desk.api.as_staff(desk.world, Permission.OWNER)
    await desk.mark("Ann", "ABSENT", capturedAt=iso(BEFORE + MINUTE))
    before = await fingerprint(desk.world)
    assert (await desk.clear("Ann", capturedAt=iso(BEFORE)))["changedEntries"] == []
    theirs = await desk.clear("Ann", api=somebody, capturedAt=iso(BEFORE))
    assert [each["currentStatus"] for each in theirs["conflicts"]] == ["ABSENT"]
    assert await fingerprint(desk.world) == before
    await desk.clear("Ann", capturedAt=iso(BEFORE + 2 * MINUTE))
    assert await desk.marks() == {}
    assert (await history(desk, "Ann"))[0]["captured"] == iso(BEFORE + 2 * MINUTE)


async def test_R14_2_the_same_value_is_no_conflict(desk: CheckInDesk) -> None:
    somebody = await desk.api.as_staff(desk.world, Permission.OWNER)
    await desk.submit(("Ann", "PRESENT"), api=somebody)
    assert (await desk.mark("Ann", "PRESENT", capturedAt=iso(BEFORE)))["__typename"] == "MarkAttendanceSuccess"


async def test_R14_2_kiosk_windows_are_judged_by_the_captured_time(world: World, api: Api) -> None:
    await world.change_settings(kiosk_early_minutes=30, kiosk_late_minutes=5, kiosk_marks_tardy=True)
    door = await new_kiosk_door(world, api)
    api.clock.now = STARTS + 20 * MINUTE
    assert (await door.check_in("Ann"))["__typename"] == "OutsideCheckInWindow"
    done = await door.check_in("Ann", capturedAt=iso(BEFORE))
    assert (done["__typename"], done["status"]) == ("CheckInSuccess", "PRESENT")
    mark = {"studentId": encode_id("Student", door.students["Cas"]), "status": "ABSENT", "note": "called in ill"}
    office = await api.as_staff(world, Permission.OWNER)
    await office.act("submitAttendance", occurrenceId=door.occurrence_id, marks=[mark])
    late = await door.check_in("Cas", capturedAt=iso(BEFORE))
    (conflict,) = late["conflicts"]
    assert (conflict["currentStatus"], conflict["currentNote"]) == ("ABSENT", None), "a kiosk is told no notes"
    early = await door.check_in("Ben", capturedAt=iso(STARTS - 31 * MINUTE))
    assert early["__typename"] == "OutsideCheckInWindow"
