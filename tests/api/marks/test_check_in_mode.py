"""markAttendance, checkIn and clearMark through the API: what they save, what they refuse, and who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.actions.enrollments.steps.default_newcomer import default_newcomer
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import OfferingKind, Permission, Portal
from db.engine import Database
from db.unit_of_work import unit_of_work
from gql.fields.global_ids import encode_id
from tests.api.marks.check_in_desk import CHECK_IN, CLEAR, MARK, OPERATIONS, CheckInDesk, new_check_in_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, Lesson, World, new_world
from tests.support.fingerprint import fingerprint
from tests.support.viewers import DURING_CLASS, staff_viewer

pytestmark = pytest.mark.emptied_database

STARTS_AT = datetime(2026, 11, 16, 23, tzinfo=UTC)
ALL_STATUSES = ["PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY", "ABSENT", "EXCUSED_ABSENCE"]
BY_DEFAULT = ("ABSENT", True, "SYSTEM")
ONE_AT_A_TIME: list[tuple[str, dict[str, Any]]] = [
    ("markAttendance", {"status": "PRESENT"}),
    ("checkIn", {}),
    ("clearMark", {}),
]


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    """Ten minutes into the class, with check-in mode on in both portals."""
    desk = await new_check_in_desk(world, database, api)
    await desk.world.change_settings(office_check_in_mode=True, staff_check_in_mode=True)
    desk.at(DURING_CLASS)
    return desk


def changed(done: dict[str, Any]) -> dict[str, str | None]:
    return {
        entry["student"]["firstName"]: entry["mark"] and entry["mark"]["status"] for entry in done["changedEntries"]
    }


@pytest.mark.parametrize(("mutation", "given"), ONE_AT_A_TIME)
@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize("portal", ["OFFICE", "STAFF"])
async def test_R4_3_R1_2_each_portal_asks_its_own_switch(
    desk: CheckInDesk, mutation: str, given: dict[str, Any], is_on: bool, portal: str
) -> None:
    office, staff = (is_on, not is_on) if portal == "OFFICE" else (not is_on, is_on)
    await desk.world.change_settings(office_check_in_mode=office, staff_check_in_mode=staff)
    before = await fingerprint(desk.world)
    done = await desk.ask(mutation, "Ann", api=desk.office if portal == "OFFICE" else desk.staff, **given)
    if is_on:
        assert done["__typename"] == f"{mutation[0].upper()}{mutation[1:]}Success"
        return
    assert done == {
        "__typename": "CheckInModeOff",
        "portal": portal,
        "message": "Check-in mode is off in this portal. Record attendance through the roll sheet.",
    }
    assert await fingerprint(desk.world) == before


async def test_R4_3_with_check_in_mode_off_the_roll_sheet_works_and_defaults_nobody(desk: CheckInDesk) -> None:
    await desk.world.change_settings(office_check_in_mode=False)
    await desk.submit(("Ann", "PRESENT"))
    assert await desk.marks() == {"Ann": ("PRESENT", False, "OFFICE")}


@pytest.mark.parametrize("status", ALL_STATUSES)
async def test_R4_1_each_of_the_six_statuses_can_be_set_and_cleared(desk: CheckInDesk, status: str) -> None:
    done = await desk.mark("Ann", status, note="said so")
    assert done["entry"]["mark"] == {
        "status": status,
        "note": "said so",
        "isDefaulted": False,
        "source": "OFFICE",
        "markedAt": "2026-11-16T23:10:00Z",
        "revision": 1,
        "markedBy": {"__typename": "StaffMember"},
    }
    cleared = await desk.clear("Ann")
    assert cleared["entry"] == {"mark": None}
    others = {} if status in ("ABSENT", "EXCUSED_ABSENCE") else {"Ben": None, "Cas": None}
    assert changed(cleared) == {"Ann": None} | others
    again = await desk.clear("Ann")
    assert (again["changedEntries"], again["occurrence"]["revision"]) == ([], 2)


@pytest.mark.parametrize("status", ["PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY"])
@pytest.mark.parametrize("portal", ["OFFICE", "STAFF"])
async def test_R4_5_the_first_present_mark_marks_the_rest_absent(desk: CheckInDesk, portal: str, status: str) -> None:
    await desk.world.expected_absence(desk.students["Cas"], is_excused=True)
    done = await desk.mark("Ann", status, api=desk.office if portal == "OFFICE" else desk.staff)
    assert await desk.marks() == {
        "Ann": (status, False, portal),
        "Ben": BY_DEFAULT,
        "Cas": ("EXCUSED_ABSENCE", True, "SYSTEM"),
    }
    assert changed(done) == {"Ann": status, "Ben": "ABSENT", "Cas": "EXCUSED_ABSENCE"}
    assert (done["occurrence"]["revision"], done["occurrence"]["attendanceState"]) == (1, "TAKEN")


async def test_R4_5_first_check_in_marks_the_rest_absent(desk: CheckInDesk) -> None:
    for number, check_in in enumerate((desk.office, desk.staff, None)):
        week = desk.on(MONDAY - timedelta(weeks=number))
        if check_in is None:
            week.at(DURING_CLASS - timedelta(weeks=number))
            await week.at_kiosk("Ben")
        else:
            await week.check_in("Ben", api=check_in)
        source = ("OFFICE", "STAFF", "KIOSK")[number]
        assert await week.marks() == {"Ann": BY_DEFAULT, "Ben": ("PRESENT", False, source), "Cas": BY_DEFAULT}


async def test_R4_5_an_absence_marks_nobody_else_and_a_later_check_in_overwrites_no_mark(desk: CheckInDesk) -> None:
    await desk.mark("Ann", "ABSENT")
    await desk.mark("Ben", "EXCUSED_ABSENCE")
    assert set(await desk.marks()) == {"Ann", "Ben"}
    await desk.check_in("Cas", api=desk.staff)
    assert await desk.marks() == {
        "Ann": ("ABSENT", False, "OFFICE"),
        "Ben": ("EXCUSED_ABSENCE", False, "OFFICE"),
        "Cas": ("PRESENT", False, "STAFF"),
    }


async def test_R4_5_a_roll_sheet_without_check_in_mode_is_no_first_check_in(desk: CheckInDesk) -> None:
    await desk.world.change_settings(staff_check_in_mode=False)
    await desk.submit(("Ann", "PRESENT"), api=desk.staff)
    await desk.at_kiosk("Ben")
    assert await desk.marks() == {
        "Ann": ("PRESENT", False, "STAFF"),
        "Ben": ("PRESENT", False, "KIOSK"),
        "Cas": BY_DEFAULT,
    }


async def test_R4_5_a_row_that_was_cleared_is_absent_again_at_the_next_check_in(desk: CheckInDesk) -> None:
    await desk.check_in("Ann")
    await desk.clear("Cas")
    await desk.check_in("Ann", api=desk.staff)
    assert set(await desk.marks()) == {"Ann", "Ben"}, "repeating a check-in changes nothing"
    await desk.check_in("Ben")
    assert (await desk.marks())["Cas"] == BY_DEFAULT


async def test_R4_5_a_present_mark_from_before_the_switch_does_not_leave_the_sheet_incomplete(
    desk: CheckInDesk,
) -> None:
    await desk.world.change_settings(office_check_in_mode=False)
    await desk.submit(("Ann", "PRESENT"))
    await desk.world.change_settings(office_check_in_mode=True)
    done = await desk.check_in("Ben")
    assert await desk.marks() == {
        "Ann": ("PRESENT", False, "OFFICE"),
        "Ben": ("PRESENT", False, "OFFICE"),
        "Cas": BY_DEFAULT,
    }
    assert done["occurrence"]["attendanceState"] == "TAKEN"


async def test_R4_8_a_defaulted_mark_becomes_the_real_one(desk: CheckInDesk) -> None:
    await desk.check_in("Ann")
    await desk.check_in("Ben", api=desk.staff)
    await desk.at_kiosk("Cas")
    assert await desk.marks() == {
        "Ann": ("PRESENT", False, "OFFICE"),
        "Ben": ("PRESENT", False, "STAFF"),
        "Cas": ("PRESENT", False, "KIOSK"),
    }


@pytest.mark.parametrize("status", ALL_STATUSES)
async def test_R4_8_a_kiosk_check_in_changes_of_what_staff_marked_absent_alone(desk: CheckInDesk, status: str) -> None:
    await desk.mark("Ann", status, note="by hand")
    revision = (await desk.at_kiosk("Ann")).revision
    if status == "ABSENT":
        assert (await desk.marks())["Ann"] == ("PRESENT", False, "KIOSK")
    else:
        assert (revision, (await desk.marks())["Ann"]) == (1, (status, False, "OFFICE"))


async def test_R4_8_repeating_a_check_in_keeps_the_first_time_and_status(desk: CheckInDesk) -> None:
    await desk.world.change_settings(kiosk_marks_tardy=True)
    desk.at(STARTS_AT)
    first = await desk.check_in("Ann")
    assert first["entry"]["mark"]["status"] == "PRESENT"
    before = await fingerprint(desk.world)
    desk.at(DURING_CLASS)
    for again in (await desk.check_in("Ann"), await desk.check_in("Ann", api=desk.staff)):
        assert (again["entry"], again["changedEntries"]) == (first["entry"], [])
        assert again["__typename"] == "CheckInSuccess"
    assert await desk.at_kiosk("Ann") == (await desk.at_kiosk("Ann"))
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("after_start", "marks_tardy", "status"),
    [
        (timedelta(0), True, "PRESENT"),
        (timedelta(milliseconds=1), True, "TARDY"),
        (timedelta(minutes=44), True, "TARDY"),
        (timedelta(minutes=45), True, "PRESENT"),
        (timedelta(minutes=44), False, "PRESENT"),
    ],
)
async def test_R5_3_staff_check_in_late_arrivals_as_tardy_where_the_setting_says_so(
    desk: CheckInDesk, after_start: timedelta, marks_tardy: bool, status: str
) -> None:
    await desk.world.change_settings(kiosk_marks_tardy=marks_tardy)
    desk.at(STARTS_AT + after_start)
    assert (await desk.check_in("Ann"))["entry"]["mark"]["status"] == status
    await desk.at_kiosk("Ben")
    is_late = marks_tardy and after_start
    assert (await desk.marks())["Ben"][0] == ("TARDY" if is_late else "PRESENT")


async def test_R4_9_every_change_is_numbered_with_its_source_and_before_and_after(desk: CheckInDesk) -> None:
    await desk.check_in("Ann")
    await desk.at_kiosk("Ben")
    await desk.mark("Ann", "LEFT_EARLY", api=desk.staff)
    await desk.clear("Ann")
    rows = await desk.world.owner.execute(
        text(
            "SELECT c.revision, c.source, s.first_name, e.before_status, e.after_status, e.after_is_defaulted"
            " FROM changed_entry e JOIN change c USING (organization_id, timeslot_id, held_on, revision)"
            " JOIN student s ON s.id = e.student_id ORDER BY c.revision, s.first_name"
        )
    )
    assert [tuple(row) for row in rows] == [
        (1, "OFFICE", "Ann", None, "PRESENT", False),
        (1, "OFFICE", "Ben", None, "ABSENT", True),
        (1, "OFFICE", "Cas", None, "ABSENT", True),
        (2, "KIOSK", "Ben", "ABSENT", "PRESENT", False),
        (3, "STAFF", "Ann", "PRESENT", "LEFT_EARLY", False),
        (4, "OFFICE", "Ann", "LEFT_EARLY", None, None),
    ]


async def test_R4_9_R10_1_open_sheets_are_told_of_each_row_that_a_check_in_changes(desk: CheckInDesk) -> None:
    await desk.at_kiosk("Ann")
    await desk.mark("Ben", "TARDY", api=desk.staff)
    await desk.clear("Cas")
    query = """query($id: ID!) { occurrence(id: $id) { changes {
      revision kind entries { student { firstName } mark { status isDefaulted source } }
    } } }"""
    found = await desk.office.ask(query, id=desk.input("Ann")["occurrenceId"])

    def entry(name: str, status: str | None, source: str) -> dict[str, Any]:
        mark = {"status": status, "isDefaulted": source == "SYSTEM", "source": source} if status else None
        return {"student": {"firstName": name}, "mark": mark}

    first = [entry("Ann", "PRESENT", "KIOSK"), entry("Ben", "ABSENT", "SYSTEM"), entry("Cas", "ABSENT", "SYSTEM")]
    assert found["occurrence"]["changes"] == [
        {"revision": 1, "kind": "MARKS", "entries": first},
        {"revision": 2, "kind": "MARKS", "entries": [entry("Ben", "TARDY", "STAFF")]},
        {"revision": 3, "kind": "MARKS", "entries": [entry("Cas", None, "")]},
    ]


@pytest.mark.parametrize(
    ("mutation", "given", "wanted"), [("markAttendance", {"status": "ABSENT"}, "ABSENT"), ("clearMark", {}, None)]
)
async def test_R4_10_what_somebody_else_changed_since_is_a_conflict(
    desk: CheckInDesk, mutation: str, given: dict[str, Any], wanted: str | None
) -> None:
    await desk.mark("Ann", "PRESENT")
    await desk.mark("Ann", "TARDY", api=desk.staff)
    before = await fingerprint(desk.world)
    refused = await desk.ask(mutation, "Ann", seenRevision=1, **given)
    assert (refused["__typename"], refused["currentRevision"]) == ("AttendanceConflict", 2)
    ann = encode_id("Student", desk.students["Ann"])
    assert refused["conflicts"] == [
        {
            "studentId": ann,
            "wantedStatus": wanted,
            "currentStatus": "TARDY",
            "currentNote": None,
            "changedAt": "2026-11-16T23:10:00Z",
            "revision": 2,
        }
    ]
    assert await fingerprint(desk.world) == before
    assert (await desk.ask(mutation, "Ann", seenRevision=2, **given))["occurrence"]["revision"] == 3


async def test_R4_10_a_default_is_nobodys_decision_and_conflicts_with_nothing(desk: CheckInDesk) -> None:
    await desk.check_in("Ann", api=desk.staff)
    done = await desk.mark("Ben", "PRESENT", seenRevision=0)
    assert (done["__typename"], done["occurrence"]["revision"]) == ("MarkAttendanceSuccess", 2)


@pytest.mark.parametrize(("mutation", "given"), ONE_AT_A_TIME)
async def test_R4_11_a_retry_gets_the_first_answer_and_does_nothing_twice(
    desk: CheckInDesk, mutation: str, given: dict[str, Any]
) -> None:
    await desk.mark("Ann", "ABSENT")
    first = await desk.ask(mutation, "Ann", idempotencyKey="tap", **given)
    before = await fingerprint(desk.world)
    assert await desk.ask(mutation, "Ann", idempotencyKey="tap", **given) == first
    assert await fingerprint(desk.world) == before
    code, message = await desk.office.refused(
        OPERATIONS[mutation], input=desk.input("Ben", idempotencyKey="tap", **given)
    )
    assert (code, message.startswith("This idempotencyKey was used")) == ("BAD_USER_INPUT", True)
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(("mutation", "given"), ONE_AT_A_TIME)
@pytest.mark.parametrize(
    ("kind", "sentence"),
    [(kind, f"{kind.value.capitalize()} is not scheduled to meet on this date.") for kind in OfferingKind],
)
async def test_R2_3_R4_12_out_of_range_is_refused_in_the_articles_words(
    desk: CheckInDesk, kind: OfferingKind, sentence: str, mutation: str, given: dict[str, Any]
) -> None:
    offering = await desk.world.offering(kind=kind, ends_on=MONDAY.replace(day=1))
    desk.lesson = Lesson(offering, await desk.world.timeslot(offering))
    before = await fingerprint(desk.world)
    refused = await desk.ask(mutation, "Ann", **given)
    assert refused == {"__typename": "AttendanceNotRecordable", "reason": "NOT_SCHEDULED", "message": sentence}
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(("mutation", "given"), ONE_AT_A_TIME)
async def test_R4_12_cancelled_future_and_off_the_roster_are_refused(
    desk: CheckInDesk, mutation: str, given: dict[str, Any]
) -> None:
    cancelled, future = (desk.on(MONDAY + timedelta(weeks=weeks)) for weeks in (-1, 1))
    await desk.world.occurrence(cancelled.key.timeslot_id, cancelled.held_on, cancelled_at=DURING_CLASS)
    desk.students["Zoe"] = await desk.world.student(first_name="Zoe")
    before = await fingerprint(desk.world)
    for each, reason in ((cancelled, "CANCELLED"), (future, "IN_THE_FUTURE")):
        refused = await each.ask(mutation, "Ann", **given)
        assert (refused["__typename"], refused["reason"]) == ("AttendanceNotRecordable", reason)
    refused = await desk.ask(mutation, "Zoe", **given)
    assert refused["studentIds"] == [encode_id("Student", desk.students["Zoe"])]
    assert await fingerprint(desk.world) == before


async def test_R4_12_an_invalid_status_is_refused(desk: CheckInDesk) -> None:
    before = await fingerprint(desk.world)
    for status in ("HERE", None):
        code, _ = await desk.office.refused(MARK, input=desk.input("Ann", status=status))
        assert code == "BAD_USER_INPUT"
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(("mutation", "given"), ONE_AT_A_TIME)
@pytest.mark.parametrize("portal", [Portal.OFFICE, Portal.STAFF])
async def test_R4_12_R11_3_who_may_not_see_it_finds_nothing_and_who_may_not_record_is_told(
    desk: CheckInDesk, api: Api, mutation: str, given: dict[str, Any], portal: Portal
) -> None:
    name, world = portal.value, desk.world
    full, view, see_all = (Permission[f"{name}_{each}"] for each in ("ATTENDANCE_FULL", "ATTENDANCE_VIEW", "SEE_ALL"))
    others_world = await new_world(world.owner, name="Other Gym", office_check_in_mode=True, staff_check_in_mode=True)
    teacher = await api.as_staff(world, full, portal=portal)
    stranger = await api.as_staff(others_world, Permission.OWNER, portal=portal)
    guardian = await api.signed_in(world, await world.guardian(await world.family()), Portal.CUSTOMER)
    looker = await api.as_staff(world, view, see_all, portal=portal)
    before = await fingerprint(desk.world)
    asked = {"input": desk.input("Ann", **given)}
    for caller, code in (
        (teacher, "NOT_FOUND"),
        (stranger, "NOT_FOUND"),
        (guardian, "FORBIDDEN"),
        (api, "UNAUTHENTICATED"),
    ):
        assert (await caller.refused(OPERATIONS[mutation], **asked))[0] == code
    refused = await desk.ask(mutation, "Ann", api=looker, **given)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", full.value)
    assert await fingerprint(desk.world) == before
    recorder = await api.as_staff(world, full, see_all, portal=portal)
    assert (await desk.ask(mutation, "Ann", api=recorder, **given))["__typename"].endswith("Success")


async def test_section_11_excusing_in_the_staff_portal_needs_its_permission(desk: CheckInDesk, api: Api) -> None:
    may = (Permission.STAFF_ATTENDANCE_FULL, Permission.STAFF_SEE_ALL)
    plain = await api.as_staff(desk.world, *may, portal=Portal.STAFF)
    before = await fingerprint(desk.world)
    refused = await desk.mark("Ann", "EXCUSED_ABSENCE", api=plain)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "EXCUSE_ABSENCES")
    assert await fingerprint(desk.world) == before
    excuser = await api.as_staff(desk.world, *may, Permission.EXCUSE_ABSENCES, portal=Portal.STAFF)
    assert (await desk.mark("Ann", "EXCUSED_ABSENCE", api=excuser))["__typename"] == "MarkAttendanceSuccess"
    # Cas is excused by default, which is nobody's excuse: it needs no permission.
    await desk.world.expected_absence(desk.students["Cas"], is_excused=True)
    await desk.check_in("Ben", api=plain)
    assert (await desk.marks())["Cas"] == ("EXCUSED_ABSENCE", True, "SYSTEM")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"occurrenceId": "nonsense"}, "input.occurrenceId"),
        ({"studentId": "nonsense"}, "input.studentId"),
        ({"seenRevision": -1}, "negative"),
        ({"seenRevision": 5}, "seenRevision is 5"),
        ({"note": "n" * 1001}, "input.note has 1001 characters"),
        ({"idempotencyKey": ""}, "1 to 200"),
    ],
)
async def test_bad_input_is_told_and_changes_nothing(desk: CheckInDesk, given: dict[str, Any], words: str) -> None:
    before = await fingerprint(desk.world)
    for operation, fields in ((MARK, {"status": "PRESENT"}), (CHECK_IN, {}), (CLEAR, {})):
        if set(given) <= {"occurrenceId", "studentId", "idempotencyKey"} or operation is MARK:
            code, message = await desk.office.refused(operation, input={**desk.input("Ann"), **fields, **given})
            assert (code, words in message) == ("BAD_USER_INPUT", True), message
    assert await fingerprint(desk.world) == before


async def test_R3_1_a_subdued_row_can_be_marked_and_goes_when_it_is_cleared(desk: CheckInDesk) -> None:
    await desk.mark("Ann", "PRESENT")
    await desk.world.owner.execute(
        text("UPDATE enrollment SET deleted_at = now() WHERE student_id = :ann").bindparams(ann=desk.students["Ann"])
    )
    assert (await desk.mark("Ann", "TARDY"))["entry"]["mark"]["status"] == "TARDY"
    gone = await desk.clear("Ann", idempotencyKey="once")
    assert (gone["__typename"], gone["entry"]) == ("ClearMarkSuccess", None)
    assert changed(gone) == {"Ben": None, "Cas": None}
    assert await desk.clear("Ann", idempotencyKey="once") == gone
    assert (await desk.clear("Ann"))["__typename"] == "StudentNotOnRoster"


async def test_R11_2_a_kiosk_reaches_its_own_locations_day_alone(desk: CheckInDesk) -> None:
    elsewhere = await desk.world.location()
    before = await fingerprint(desk.world)
    with pytest.raises(OccurrenceNotFound):
        await desk.at_kiosk("Ann", location_id=elsewhere)
    for days in (-7, 7):
        with pytest.raises(OccurrenceNotFound):
            await desk.at_kiosk("Ann", now=DURING_CLASS + timedelta(days=days))
    assert await fingerprint(desk.world) == before


async def test_R4_7_a_newcomer_to_a_sheet_that_has_begun_starts_absent_by_default(desk: CheckInDesk) -> None:
    async def join(name: str, now: datetime = DURING_CLASS) -> tuple[tuple[str, bool, str] | None, int]:
        student = await desk.add(name)
        viewer = staff_viewer(desk.world, await desk.world.staff(Permission.OWNER))
        async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
            done = await default_newcomer(uow, viewer, desk.key, student, now=now)
        return (await desk.marks()).get(name), done.revision

    assert await join("Dee") == (None, 0)
    await desk.at_kiosk("Ann")
    assert await join("Eve") == (BY_DEFAULT, 2)
    by = await desk.world.owner.execute(text("SELECT source, actor_id IS NOT NULL FROM change WHERE revision = 2"))
    assert [tuple(row) for row in by] == [("OFFICE", True)]
    await desk.check_in("Eve")
    assert (await desk.marks())["Eve"] == ("PRESENT", False, "OFFICE")


async def test_R3_5_the_number_of_statements_does_not_depend_on_the_number_of_rows(desk: CheckInDesk) -> None:
    counts = []
    for number in (2, 20):
        each = await new_check_in_desk(
            desk.world, desk.database, desk.api, names=tuple(f"S{place}" for place in range(number))
        )
        each.office.statements.clear()
        done = await each.check_in("S0")
        assert len(done["changedEntries"]) == number
        counts.append(len(each.office.statements))
    assert counts[0] == counts[1], counts
