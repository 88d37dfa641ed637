"""Expected absences through the API: told, asked for, settled, and what follows from them (R6.1 to R6.3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.vocabulary import EnrollmentType, ExpectedAbsenceState, Permission, Portal
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.api.absences.absence_desk import SUBMIT, AbsenceDesk, absence_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
async def desk(world: World, api: Api) -> AbsenceDesk:
    return await absence_desk(world, api)


async def test_R6_1_staff_tell_an_absence_and_the_roll_sheet_shows_it(desk: AbsenceDesk) -> None:
    done = await desk.record(comment="  at the sea ", isExcused=True)
    told = done["expectedAbsence"]
    assert done["__typename"] == "RecordExpectedAbsenceSuccess"
    assert told == {
        "id": told["id"],
        "state": "APPROVED",
        "startsOn": "2026-11-16",
        "endsOn": "2026-11-16",
        "windowStarts": None,
        "windowEnds": None,
        "comment": "at the sea",
        "isExcused": True,
        "isLate": False,
        "isForAll": True,
        "source": "OFFICE",
        "student": {"firstName": "Ann"},
        "requestedBy": {"__typename": "StaffMember"},
        "decidedBy": told["decidedBy"],
        "decidedAt": "2026-11-15T03:00:00Z",
        "withdrawnBy": None,
        "withdrawnAt": None,
        "enrollments": [],
        "occurrences": [{"id": desk.sheet_id, "date": "2026-11-16"}],
    }
    sheet = await desk.sheet()
    assert list(await desk.expected()) == ["Ann"]
    assert (sheet["revision"], sheet["openings"]) == (1, 1)
    assert [(each["kind"], each["entries"][0]["student"]["firstName"]) for each in sheet["changes"]] == [
        ("ROSTER", "Ann")
    ]


async def test_R6_1_a_window_hits_as_a_half_open_interval(desk: AbsenceDesk) -> None:
    before = await desk.record(windowStarts="16:30", windowEnds="17:00")
    after = await desk.record(windowStarts="17:45", windowEnds="18:00")
    assert before["expectedAbsence"]["occurrences"] == after["expectedAbsence"]["occurrences"] == []
    assert (await desk.expected(), (await desk.sheet())["revision"]) == ({}, 0)
    within = await desk.record(windowStarts="17:44", windowEnds="18:00")
    assert within["expectedAbsence"]["windowStarts"] == "17:44"
    assert within["expectedAbsence"]["windowEnds"] == "18:00"
    assert list(await desk.expected()) == ["Ann"]


async def test_R6_1_a_range_hits_each_of_its_occurrences(desk: AbsenceDesk) -> None:
    told = await desk.record(endsOn=f"{NEXT_MONDAY}")
    assert [each["date"] for each in told["expectedAbsence"]["occurrences"]] == ["2026-11-16", "2026-11-23"]
    for day, expected in ((MONDAY, ["Ann"]), (NEXT_MONDAY, ["Ann"]), (NEXT_MONDAY + timedelta(days=7), [])):
        assert list(await desk.expected(desk.sheet_on(day))) == expected


async def test_R6_1_by_chosen_enrollments_alone(desk: AbsenceDesk) -> None:
    other = await desk.world.weekly_class(name="Gym")
    place = await desk.world.enroll(desk.ann, other.offering_id)
    told = (await desk.record(enrollmentIds=[encode_id("Enrollment", place)]))["expectedAbsence"]
    assert (told["isForAll"], [each["id"] for each in told["enrollments"]]) == (False, [encode_id("Enrollment", place)])
    assert len(told["occurrences"]) == 1
    assert await desk.expected() == {}


async def test_R6_1_enrollments_of_others_are_refused(desk: AbsenceDesk) -> None:
    bens = await desk.world.enroll(desk.ben, (await desk.world.weekly_class()).offering_id)
    before = await fingerprint(desk.world)
    for strange in (bens, new_id()):
        ids = [encode_id("Enrollment", strange)]
        for refused in (await desk.record(enrollmentIds=ids), await desk.request(enrollmentIds=ids)):
            assert refused["__typename"] == "EnrollmentsNotOfStudent"
            assert refused["enrollmentIds"] == ids
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("first", "days", "reason"),
    [
        (date(2026, 11, 13), 1, "IN_THE_PAST"),
        (date(2026, 11, 14), 1, None),
        (date(2026, 11, 14), 92, None),
        (date(2026, 11, 14), 93, "TOO_MANY_DAYS"),
        (date(2026, 11, 14) + timedelta(days=400), 1, None),
        (date(2026, 11, 14) + timedelta(days=401), 1, "TOO_FAR_AHEAD"),
    ],
)
async def test_R6_1_dates_are_bounded(desk: AbsenceDesk, first: date, days: int, reason: str | None) -> None:
    before = await fingerprint(desk.world)
    dates: dict[str, Any] = {"startsOn": f"{first}", "endsOn": f"{first + timedelta(days=days - 1)}"}
    for done in (await desk.request(**dates), await desk.record(**dates)):
        if reason is None:
            assert done["expectedAbsence"]["startsOn"] == f"{first}"
        else:
            assert done == {
                "__typename": "ExpectedAbsenceNotPossible",
                "message": done["message"],
                "reason": reason,
                "earliestOn": "2026-11-14",
                "latestOn": "2027-12-19",
                "mostDays": 92,
                "most": 100,
            }
    assert (await fingerprint(desk.world) == before) is (reason is not None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"endsOn": "2026-11-15"}, "input.endsOn (2026-11-15) is before input.startsOn (2026-11-16)."),
        ({"windowStarts": "11:00"}, "belong together"),
        ({"windowStarts": "11:00", "windowEnds": "11:00"}, "must be after input.windowStarts"),
        ({"windowStarts": "11.00", "windowEnds": "12:00"}, "input.windowStarts is not a local time"),
        ({"windowStarts": "11:00", "windowEnds": "24:00"}, "input.windowEnds is not a local time"),
        ({"enrollmentIds": []}, "input.enrollmentIds is empty"),
        ({"comment": "x" * 501}, "input.comment has 501 characters"),
    ],
)
async def test_R6_1_what_is_no_absence_is_bad_input(desk: AbsenceDesk, given: dict[str, Any], message: str) -> None:
    document = mutation("recordExpectedAbsence")
    code, told = await desk.office.refused(document, input=desk.told(**given))
    assert code == "BAD_USER_INPUT"
    assert message in told


async def test_R6_2_guardians_ask_and_staff_approve(desk: AbsenceDesk) -> None:
    asked = (await desk.request(comment="fever"))["expectedAbsence"]
    assert (asked["state"], asked["isExcused"], asked["isLate"], asked["source"]) == (
        "REQUESTED",
        False,
        False,
        "GUARDIAN",
    )
    assert asked["requestedBy"] == {"__typename": "Guardian"}
    assert (await desk.expected(), (await desk.sheet())["openings"]) == ({}, 0)
    done = (await desk.settle("approve", asked["id"], isExcused=True))["expectedAbsence"]
    assert (done["state"], done["isExcused"], done["source"]) == ("APPROVED", True, "GUARDIAN")
    assert done["decidedBy"] is not None
    sheet = await desk.sheet()
    assert ([each["kind"] for each in sheet["changes"]], sheet["openings"]) == (["ROSTER"], 1)


async def test_R6_2_a_family_reports_an_absence_once(desk: AbsenceDesk) -> None:
    first = (await desk.request(endsOn="2026-11-17", comment="fever"))["expectedAbsence"]
    before = await fingerprint(desk.world)
    enrollments = [encode_id("Enrollment", desk.enrollment)]
    narrower: tuple[dict[str, Any], ...] = (
        {"endsOn": "2026-11-17"},
        {"comment": "again"},
        {"windowStarts": "16:00", "windowEnds": "18:00"},
        {"enrollmentIds": enrollments},
    )
    for given in narrower:
        refused = await desk.request(**given)
        assert (refused["__typename"], refused["state"]) == ("AbsenceAlreadyReported", "REQUESTED"), given
        assert refused["expectedAbsenceId"] == first["id"]
    assert await fingerprint(desk.world) == before
    # What says more is another absence, and so is what the family tells after it withdrew the first.
    assert (await desk.request(endsOn="2026-11-18"))["expectedAbsence"]["state"] == "REQUESTED"
    for row in await desk.world.rows(models.ExpectedAbsence):
        await desk.settle("withdraw", encode_id("ExpectedAbsence", row.id), desk.family)
    part = (await desk.request(windowStarts="17:00", windowEnds="17:10", enrollmentIds=enrollments))["expectedAbsence"]
    for wider in ({"windowStarts": "16:00", "windowEnds": "17:10", "enrollmentIds": enrollments}, {}):
        assert (await desk.request(**wider))["__typename"] == "RequestExpectedAbsenceSuccess", wider
    again = await desk.request(windowStarts="17:05", windowEnds="17:10", enrollmentIds=enrollments)
    assert (again["__typename"], again["expectedAbsenceId"]) == ("AbsenceAlreadyReported", part["id"])
    # Staff see what is told, and may record beside it.
    assert (await desk.record(isExcused=True))["__typename"] == "RecordExpectedAbsenceSuccess"


async def test_R6_2_requests_can_be_switched_off(desk: AbsenceDesk) -> None:
    way = "{ viewer { ... on GuardianViewer { requestsAbsences } } }"
    assert await desk.family.ask(way) == {"viewer": {"requestsAbsences": True}}
    await desk.world.change_settings(guardians_may_request_absences=False)
    assert await desk.family.ask(way) == {"viewer": {"requestsAbsences": False}}
    before = await fingerprint(desk.world)
    assert (await desk.request())["__typename"] == "AbsenceRequestsOff"
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("auto_approve", "auto_excuse", "notice", "expected"),
    [
        # Saturday 21:00 to Monday 17:00 are 44 hours.
        (False, True, 0, ("REQUESTED", False, False)),
        (True, False, 44 * 60, ("APPROVED", False, False)),
        (True, True, 44 * 60, ("APPROVED", True, False)),
        (True, True, 44 * 60 + 1, ("APPROVED", False, True)),
        (False, False, 44 * 60 + 1, ("REQUESTED", False, True)),
    ],
)
async def test_R6_2_settings_decide(
    desk: AbsenceDesk, auto_approve: bool, auto_excuse: bool, notice: int, expected: tuple[str, bool, bool]
) -> None:
    await desk.world.change_settings(
        auto_approve_absences=auto_approve,
        auto_excuse_absences=auto_excuse,
        absence_notice_minutes=notice,
    )
    asked = (await desk.request(endsOn=f"{NEXT_MONDAY}"))["expectedAbsence"]
    assert (asked["state"], asked["isExcused"], asked["isLate"]) == expected
    assert asked["decidedBy"] is None
    assert (asked["decidedAt"] is not None) is auto_approve
    assert list(await desk.expected()) == (["Ann"] if auto_approve else [])


@pytest.mark.parametrize(("in_hours", "hour", "is_late"), [(False, 17, False), (False, 18, True), (True, 18, False)])
async def test_R6_2_two_days_before_monday_17_00_is_saturday_17_00_by_the_wall_clock(
    desk: AbsenceDesk, in_hours: bool, hour: int, is_late: bool
) -> None:
    """The clock goes back on Sunday, 1 November 2026."""
    await desk.world.change_settings(absence_notice_minutes=2 * 24 * 60, absence_notice_in_hours=in_hours)
    desk.office.clock.now = datetime(2026, 10, 31, hour, tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC)
    asked = await desk.request(startsOn="2026-11-02", endsOn="2026-11-02")
    assert asked["expectedAbsence"]["isLate"] is is_late


async def test_R6_2_the_first_occurrence_that_takes_place_counts_for_the_notice(desk: AbsenceDesk) -> None:
    await desk.world.change_settings(absence_notice_minutes=3 * 24 * 60)
    await desk.world.occurrence(desk.lesson.timeslot_id, cancelled_at=desk.office.clock.now)
    assert not (await desk.request(endsOn=f"{MONDAY}"))["expectedAbsence"]["isLate"]
    assert not (await desk.request(endsOn=f"{NEXT_MONDAY}"))["expectedAbsence"]["isLate"]


async def test_R6_2_what_is_settled_stays_settled(desk: AbsenceDesk) -> None:
    asked = (await desk.request())["expectedAbsence"]["id"]
    denied = (await desk.settle("deny", asked))["expectedAbsence"]
    assert (denied["state"], denied["decidedAt"]) == ("DENIED", "2026-11-15T03:00:00Z")
    before = await fingerprint(desk.world)
    for verb, api, more in (
        ("approve", desk.office, {"isExcused": False}),
        ("deny", desk.office, {}),
        ("withdraw", desk.office, {}),
        ("withdraw", desk.family, {}),
    ):
        assert await desk.settle(verb, asked, api, **more) == {
            "__typename": "ExpectedAbsenceSettled",
            "message": "This expected absence is already denied.",
            "expectedAbsenceId": asked,
            "state": "DENIED",
            "settledAt": "2026-11-15T03:00:00Z",
        }
    assert await fingerprint(desk.world) == before


async def test_R6_2_withdrawing_takes_it_off_the_roll_sheet(desk: AbsenceDesk) -> None:
    for api in (desk.family, desk.office):
        told = (await desk.record())["expectedAbsence"]["id"]
        assert list(await desk.expected()) == ["Ann"]
        done = (await desk.settle("withdraw", told, api))["expectedAbsence"]
        assert (done["state"], done["withdrawnAt"]) == ("WITHDRAWN", "2026-11-15T03:00:00Z")
        assert done["withdrawnBy"] == {"__typename": "Guardian" if api is desk.family else "StaffMember"}
        assert await desk.expected() == {}
    sheet = await desk.sheet()
    assert [each["kind"] for each in sheet["changes"]] == ["ROSTER"] * 4
    assert sheet["openings"] == 0


async def test_R6_2_families_cannot_take_back_what_has_been(desk: AbsenceDesk) -> None:
    told = (await desk.record())["expectedAbsence"]["id"]
    desk.office.clock.now += timedelta(days=3)
    family = await desk.office.signed_in(desk.world, desk.gail, Portal.CUSTOMER)
    office = await desk.office.as_staff(desk.world, Permission.OWNER)
    refused = await desk.settle("withdraw", told, family)
    assert (refused["__typename"], refused["reason"]) == ("ExpectedAbsenceNotPossible", "IN_THE_PAST")
    assert (await desk.settle("withdraw", told, office))["expectedAbsence"]["state"] == "WITHDRAWN"


async def test_R4_5_an_excused_one_excuses_by_default_and_R6_3_it_is_no_mark(desk: AbsenceDesk) -> None:
    await desk.world.change_settings(office_check_in_mode=True)
    cas = await desk.world.student(first_name="Cas")
    await desk.world.enroll(cas, desk.lesson.offering_id)
    await desk.record(isExcused=True)
    await desk.record(student_id=desk.ben, isExcused=False)
    assert [await desk.world.count(each) for each in (models.Mark, models.MakeupToken)] == [0, 0]
    assert [row["mark"] for row in (await desk.sheet())["roster"]] == [None, None, None]
    desk.office.clock.now += timedelta(days=1, hours=20)
    office = await desk.office.as_staff(desk.world, Permission.OWNER)
    mark = {"studentId": encode_id("Student", cas), "status": "PRESENT"}
    await office.ask(SUBMIT, input={"occurrenceId": desk.sheet_id, "marks": [mark]})
    desk.office = office
    rows = {row["student"]["firstName"]: row["mark"] for row in (await desk.sheet())["roster"]}
    assert rows["Ann"] == {"status": "EXCUSED_ABSENCE", "isDefaulted": True, "source": "SYSTEM"}
    assert rows["Ben"] == {"status": "ABSENT", "isDefaulted": True, "source": "SYSTEM"}


async def test_R4_11_the_same_key_tells_once(desk: AbsenceDesk) -> None:
    first = await desk.record(idempotencyKey="once")
    again = await desk.record(idempotencyKey="once")
    assert first == again
    assert [await desk.world.count(each) for each in (models.ExpectedAbsence, models.Change)] == [1, 1]


LIST = """query($filter: ExpectedAbsenceFilter, $first: Int, $after: String) {
  expectedAbsences(filter: $filter, first: $first, after: $after) {
    nodes { startsOn student { firstName } state occurrences { date } }
    pageInfo { hasNextPage endCursor }
  } }"""


async def listed(api: Api, **given: Any) -> list[tuple[str, str]]:
    found = (await api.ask(LIST, **given))["expectedAbsences"]
    return [(each["student"]["firstName"], each["startsOn"][5:]) for each in found["nodes"]]


async def test_R6_2_staff_list_all_and_guardians_their_own(desk: AbsenceDesk) -> None:
    await desk.record(startsOn="2026-11-23", endsOn="2026-11-30")
    await desk.record(student_id=desk.ben)
    asked = (await desk.request(startsOn="2026-11-20"))["expectedAbsence"]["id"]
    assert await listed(desk.office) == [("Ben", "11-16"), ("Ann", "11-20"), ("Ann", "11-23")]
    assert await listed(desk.family) == [("Ann", "11-20"), ("Ann", "11-23")]
    for chosen, expected in (
        ({"states": ["REQUESTED"]}, [("Ann", "11-20")]),
        ({"studentIds": [encode_id("Student", desk.ben)]}, [("Ben", "11-16")]),
        ({"from": "2026-11-24"}, [("Ann", "11-23")]),
        ({"to": "2026-11-20"}, [("Ben", "11-16"), ("Ann", "11-20")]),
        ({"isLate": True}, []),
    ):
        assert await listed(desk.office, filter=chosen) == expected
    first = (await desk.office.ask(LIST, first=2))["expectedAbsences"]["pageInfo"]
    assert first["hasNextPage"]
    assert await listed(desk.office, first=2, after=first["endCursor"]) == [("Ann", "11-23")]
    found = await desk.family.ask("query($id: ID!) { node(id: $id) { ... on ExpectedAbsence { state } } }", id=asked)
    assert found == {"node": {"state": "REQUESTED"}}


async def test_R3_5_a_listing_takes_as_many_statements_for_one_as_for_many(desk: AbsenceDesk) -> None:
    await desk.record()
    desk.office.statements.clear()
    await listed(desk.office)
    one = len(desk.office.statements)
    for student in range(12):
        other = await desk.world.student(first_name=f"S{student}")
        await desk.world.enroll(other, desk.lesson.offering_id, type=EnrollmentType.TRIAL)
        await desk.world.expected_absence(other)
    desk.office.statements.clear()
    assert len(await listed(desk.office)) == 13
    assert len(desk.office.statements) == one


async def test_an_act_takes_as_many_statements_for_one_occurrence_as_for_many(desk: AbsenceDesk) -> None:
    desk.office.statements.clear()
    await desk.record()
    one = len(desk.office.statements)
    for number in range(5):
        more = await desk.world.weekly_class(name=f"Gym {number}")
        await desk.world.enroll(desk.ann, more.offering_id)
    desk.office.statements.clear()
    told = await desk.record(endsOn=f"{NEXT_MONDAY}")
    assert len(told["expectedAbsence"]["occurrences"]) == 12
    assert len(desk.office.statements) == one


@pytest.mark.parametrize("verb", ["approve", "deny", "withdraw"])
async def test_R11_3_other_families_and_tenants_find_nothing(desk: AbsenceDesk, verb: str) -> None:
    more = {"isExcused": False} if verb == "approve" else {}
    mine = await desk.world.expected_absence(desk.ann, state=ExpectedAbsenceState.REQUESTED)
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    theirs = await elsewhere.expected_absence(await elsewhere.student(), state=ExpectedAbsenceState.REQUESTED)
    stranger = await desk.world.guardian(await desk.world.family(name="Stranger"))
    strange = await desk.office.signed_in(desk.world, stranger, Portal.CUSTOMER)
    name = f"{verb}ExpectedAbsence"
    document = mutation(name)
    asked = [(desk.office, theirs), (desk.office, new_id())] + ([(strange, mine)] if verb == "withdraw" else [])
    for api, absence in asked:
        given = {"expectedAbsenceId": encode_id("ExpectedAbsence", absence), **more}
        assert await api.refused(document, input=given) == ("NOT_FOUND", "There is no such expected absence.")
    tell = mutation("requestExpectedAbsence")
    assert await strange.refused(tell, input=desk.told()) == ("NOT_FOUND", "There is no such student.")
    assert await listed(strange) == []


async def test_R11_without_see_all_staff_tell_of_what_they_teach(desk: AbsenceDesk, api: Api) -> None:
    full, excuse = Permission.STAFF_ATTENDANCE_FULL, Permission.EXCUSE_ABSENCES
    tom = await desk.world.staff(full, teaches=[desk.lesson.offering_id])
    teacher = await api.as_staff(desk.world, portal=Portal.STAFF, person_id=tom)
    own = {"enrollmentIds": [encode_id("Enrollment", desk.enrollment)]}
    refused = await desk.record(teacher)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "STAFF_SEE_ALL")
    refused = await desk.record(teacher, isExcused=True, **own)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "EXCUSE_ABSENCES")
    assert (await desk.record(teacher, **own))["expectedAbsence"]["source"] == "STAFF"
    may_excuse = await desk.world.staff(full, excuse, teaches=[desk.lesson.offering_id])
    excuser = await api.as_staff(desk.world, portal=Portal.STAFF, person_id=may_excuse)
    assert (await desk.record(excuser, isExcused=True, **own))["expectedAbsence"]["isExcused"]
    for everything in ((await desk.request())["expectedAbsence"]["id"],):
        for verb, more in (("approve", {"isExcused": False}), ("deny", {}), ("withdraw", {})):
            refused = await desk.settle(verb, everything, teacher, **more)
            assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "STAFF_SEE_ALL")
    viewer = await api.as_staff(desk.world, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    refused = await desk.settle("withdraw", everything, viewer)
    assert (refused["__typename"], refused["permission"]) == ("PermissionDenied", "OFFICE_ATTENDANCE_FULL")
