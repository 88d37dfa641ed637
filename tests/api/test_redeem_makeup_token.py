"""redeemMakeupToken and bookMakeup through the API: what they do, and each check of R8.6 with its facts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import pytest

from attendance.rules.calendar import OccurrenceKey
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    ExpectedAbsenceState,
    MakeupTokenOrigin,
    OfferingKind,
    Permission,
    Portal,
)
from db.ids import new_id
from gql.global_ids import encode_id, encode_occurrence_id
from tests.api_client import Api
from tests.factories import JANUARY, LONG_AGO, MONDAY, Lesson, World, new_world
from tests.makeup_desk import AHEAD, NOON, STAFF, WEEK, MakeupDesk, document, makeup_desk

DAY = timedelta(days=1)
Case: TypeAlias = Callable[[MakeupDesk], Awaitable[dict[str, Any]]]


@pytest.fixture
async def desk(world: World, api: Api) -> MakeupDesk:
    return await makeup_desk(world, api)


async def fill(desk: MakeupDesk, *types: EnrollmentType, held_on: date = AHEAD) -> list[Any]:
    """Students with such places on the day."""
    students = []
    for type in types:
        student = await desk.world.student(first_name=type.value)
        one_day = {"drop_on": held_on, "timeslot_id": desk.lesson.timeslot_id}
        more: dict[str, Any] = one_day if type in {EnrollmentType.MAKEUP, EnrollmentType.SINGLE_DAY} else {}
        await desk.world.enroll(
            student, desk.lesson.offering_id, type=type, starts_on=held_on if more else JANUARY, **more
        )
        students.append(student)
    return students


@pytest.mark.parametrize("who", ["family", "office"])
async def test_R8_6_redeeming_makes_a_one_day_makeup(desk: MakeupDesk, who: str) -> None:
    missed = await desk.world.weekly_class(name="Gym")
    await desk.world.occurrence(missed.timeslot_id)
    await desk.change(
        "makeup_token",
        desk.token,
        origin=MakeupTokenOrigin.ABSENCE.value,
        timeslot_id=missed.timeslot_id,
        held_on=MONDAY,
    )
    done = await desk.redeem(desk.family if who == "family" else desk.office)
    place = done["makeup"]
    assert done["makeupToken"] == {"id": desk.token_id, "state": "PENDING"}
    assert place == {
        "id": place["id"],
        "type": "MAKEUP",
        "startsOn": f"{AHEAD}",
        "dropOn": f"{AHEAD}",
        "isDeleted": False,
        "offering": {"id": encode_id("Offering", desk.lesson.offering_id)},
        "timeslot": {"id": encode_id("Timeslot", desk.lesson.timeslot_id)},
    }
    sheet = await desk.sheet()
    assert (sheet["revision"], sheet["openings"], [each["kind"] for each in sheet["changes"]]) == (1, 1, ["ROSTER"])
    (row,) = sheet["roster"]
    assert (row["enrollment"], row["mark"]) == ({"type": "MAKEUP"}, None)
    assert [each["facts"] for each in row["indicators"] if each["kind"] == "MAKEUP"] == [{"missedOn": f"{MONDAY}"}]
    assert await desk.ledger() == [("REDEEMED", "GUARDIAN" if who == "family" else "OFFICE")]
    assert (await desk.sheet(AHEAD + WEEK))["roster"] == []


async def test_R8_3_pending_until_the_day_is_over_and_then_spent(desk: MakeupDesk) -> None:
    await desk.redeem()
    for hours, state in ((11, "PENDING"), (12, "SPENT")):
        desk.clock.now = NOON + timedelta(days=7, hours=hours)
        assert await desk.state(await desk.staff(*STAFF)) == state


async def test_R4_11_the_same_key_redeems_once(desk: MakeupDesk) -> None:
    first = await desk.redeem(idempotencyKey="once")
    assert await desk.redeem(idempotencyKey="once") == first
    assert await desk.ledger() == [("REDEEMED", "GUARDIAN")]
    again = await desk.redeem(idempotencyKey="twice", held_on=AHEAD + WEEK)
    assert (again["__typename"], again["tokenState"]) == ("MakeupTokenNotUsable", "PENDING")


async def test_R4_7_early_check_in_has_begun_so_the_newcomer_is_absent_by_default(desk: MakeupDesk) -> None:
    """The class is ahead, but its roll sheet is not."""
    await desk.settings(office_check_in_mode=True)
    (ben,) = await fill(desk, EnrollmentType.ACTIVE)
    await desk.world.mark(ben, desk.lesson.timeslot_id, held_on=MONDAY)
    desk.clock.now = datetime(2026, 11, 16, 22, 50, tzinfo=UTC)
    await signed_in_again(desk)
    assert (await desk.redeem(held_on=MONDAY))["__typename"] == "RedeemMakeupTokenSuccess"
    rows = {row["student"]["firstName"]: row for row in (await desk.sheet(MONDAY))["roster"]}
    assert rows["Ann"]["mark"] == {"status": AttendanceStatus.ABSENT, "isDefaulted": True}


# ---- what holds for the token


async def requested(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.makeup_request(desk.token, desk.ann, desk.lesson.timeslot_id, held_on=AHEAD + WEEK)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "REQUESTED"}


async def tied(desk: MakeupDesk, held_on: date, state: str) -> dict[str, Any]:
    other = await desk.world.weekly_class(name="Other")
    one_day: dict[str, Any] = {"starts_on": held_on, "drop_on": held_on, "timeslot_id": other.timeslot_id}
    place = await desk.world.enroll(desk.ann, other.offering_id, type=EnrollmentType.MAKEUP, **one_day)
    await desk.change("makeup_token", desk.token, makeup_enrollment_id=place)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": state}


async def pending(desk: MakeupDesk) -> dict[str, Any]:
    return await tied(desk, AHEAD, "PENDING")


async def spent(desk: MakeupDesk) -> dict[str, Any]:
    return await tied(desk, MONDAY - WEEK, "SPENT")


async def revoked(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, revoked_at=LONG_AGO)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "REVOKED"}


async def deleted(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, deleted_at=LONG_AGO)
    return {"__typename": "MakeupTokenNotUsable", "tokenState": "DELETED"}


async def scheduled(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, issued_on=MONDAY + DAY)
    return {"__typename": "MakeupTokenNotYetIssued", "issuedOn": "2026-11-17"}


async def expired(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, expires_on=MONDAY - DAY)
    return {"__typename": "MakeupTokenExpired", "expiresOn": "2026-11-15"}


async def elsewhere(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, location_id=await desk.world.location(name="Second Street"))
    return {"__typename": "MakeupAtOtherLocation", "location": {"name": "Second Street"}}


async def other_program(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("makeup_token", desk.token, program_id=await desk.world.program(name="Dance"))
    return {"__typename": "MakeupInOtherProgram", "program": {"name": "Dance"}}


async def no_program(desk: MakeupDesk) -> dict[str, Any]:
    program = await desk.world.program(name="Dance")
    await desk.change("program", program, deleted_at=LONG_AGO)
    await desk.change("makeup_token", desk.token, program_id=program)
    return {"__typename": "MakeupProgramDeleted", "program": {"name": "Dance"}}


# ---- what holds for the class


async def a_camp(desk: MakeupDesk) -> dict[str, Any]:
    offering = await desk.world.offering(kind=OfferingKind.CAMP, name="Camp")
    slot = await desk.world.timeslot(offering, weekday=None, starts_on=AHEAD, ends_on=AHEAD + DAY)
    desk.lesson = Lesson(offering, slot)
    return {"__typename": "MakeupNotAClass", "kind": "CAMP"}


async def cancelled(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.occurrence(desk.lesson.timeslot_id, AHEAD, cancelled_at=LONG_AGO)
    return {"__typename": "MakeupNotHeld", "date": f"{AHEAD}", "occurrenceState": "CANCELLED"}


async def out_of_session(desk: MakeupDesk) -> dict[str, Any]:
    await desk.world.session(JANUARY, MONDAY, offerings=[desk.lesson.offering_id])
    return {"__typename": "MakeupNotHeld", "date": f"{AHEAD}", "occurrenceState": "NOT_SCHEDULED"}


async def begun(desk: MakeupDesk) -> dict[str, Any]:
    desk.clock.now = datetime(2026, 11, 23, 23, tzinfo=UTC)
    return {"__typename": "MakeupBegun", "startsAt": "2026-11-23T23:00:00Z"}


async def too_late(desk: MakeupDesk) -> dict[str, Any]:
    await desk.settings(makeup_latest_booking_minutes=7 * 24 * 60 + 5 * 60 + 1)
    return {"__typename": "MakeupTooLate", "latestAt": "2026-11-16T17:59:00Z"}


async def beyond(desk: MakeupDesk) -> dict[str, Any]:
    await desk.settings(makeup_horizon_days=6)
    return {"__typename": "MakeupBeyondHorizon", "latestOn": "2026-11-22"}


async def too_young(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("offering", desk.lesson.offering_id, min_age_months=79)
    return {"__typename": "StudentTooYoung", "minAgeMonths": 79, "ageMonths": 78}


async def too_old(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("offering", desk.lesson.offering_id, max_age_months=77)
    return {"__typename": "StudentTooOld", "maxAgeMonths": 77, "ageMonths": 78}


async def age_unknown(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("offering", desk.lesson.offering_id, max_age_months=120)
    await desk.change("student", desk.ann, birth_on=None)
    return {"__typename": "StudentAgeUnknown", "least": None, "most": 120}


async def other_gender(desk: MakeupDesk) -> dict[str, Any]:
    await desk.change("offering", desk.lesson.offering_id, gender="Male")
    return {"__typename": "StudentGenderNotAdmitted", "gender": "Male"}


async def there_already(desk: MakeupDesk) -> dict[str, Any]:
    place = await desk.world.enroll(desk.ann, desk.lesson.offering_id)
    return {"__typename": "AlreadyEnrolled", "enrollmentId": encode_id("Enrollment", place)}


async def full(desk: MakeupDesk) -> dict[str, Any]:
    await fill(desk, EnrollmentType.ACTIVE, EnrollmentType.MAKEUP)
    return {"__typename": "OfferingFull", "occurrenceId": desk.sheet_id(), "date": f"{AHEAD}", "capacity": 2}


OF_THE_CLASS: list[Case] = [
    a_camp,
    cancelled,
    out_of_session,
    begun,
    too_late,
    beyond,
    too_young,
    too_old,
    age_unknown,
    other_gender,
    there_already,
    full,
]
OF_THE_TOKEN: list[Case] = [
    requested,
    pending,
    spent,
    revoked,
    deleted,
    scheduled,
    expired,
    elsewhere,
    other_program,
    no_program,
]
HIDDEN: set[Case] = {revoked, deleted, scheduled}


async def signed_in_again(desk: MakeupDesk) -> None:
    """A case may have moved the clock past the end of a sign-in."""
    desk.office = await desk.staff(*STAFF, Permission.MAKEUPS_WITHOUT_TOKENS)
    desk.family = await desk.office.signed_in(desk.world, desk.gail, Portal.CUSTOMER)


@pytest.mark.parametrize("who", ["family", "office"])
@pytest.mark.parametrize("case", OF_THE_TOKEN + OF_THE_CLASS)
async def test_R8_6_each_check_of_redeeming_has_its_reason_and_facts(desk: MakeupDesk, case: Case, who: str) -> None:
    expected = await case(desk)
    await signed_in_again(desk)
    before = await desk.remembered()
    if who == "family" and case in HIDDEN:
        given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
        answer = await desk.family.refused(document("redeemMakeupToken"), input=given)
        assert answer == ("NOT_FOUND", "There is no such makeup token.")
    else:
        refused = await desk.redeem(desk.family if who == "family" else desk.office)
        assert refused == expected | {"message": refused["message"]}
    assert await desk.remembered() == before


@pytest.mark.parametrize("case", OF_THE_TOKEN + OF_THE_CLASS)
async def test_R8_7_the_same_checks_hold_for_a_request(desk: MakeupDesk, case: Case) -> None:
    await desk.settings(auto_approve_makeups=False)
    expected = await case(desk)
    await signed_in_again(desk)
    before = await desk.remembered()
    if case in HIDDEN:
        given = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
        assert (await desk.family.refused(document("requestMakeup"), input=given))[0] == "NOT_FOUND"
    else:
        refused = await desk.request()
        assert refused == expected | {"message": refused["message"]}
    assert await desk.remembered() == before


@pytest.mark.parametrize("case", [case for case in OF_THE_TOKEN + OF_THE_CLASS if case is not requested])
async def test_R8_7_an_approval_checks_all_of_it_again(desk: MakeupDesk, case: Case) -> None:
    await desk.settings(auto_approve_makeups=False)
    if case is a_camp:
        expected = await case(desk)
        asked = encode_id(
            "MakeupRequest", await desk.world.makeup_request(desk.token, desk.ann, desk.lesson.timeslot_id)
        )
    else:
        asked = (await desk.request())["makeupRequest"]["id"]
        expected = await case(desk)
    await signed_in_again(desk)
    before = await desk.remembered()
    refused = await desk.settle("approveMakeup", asked)
    assert refused == expected | {"message": refused["message"]}
    assert await desk.remembered() == before


@pytest.mark.parametrize("case", OF_THE_CLASS)
async def test_R8_10_without_a_token_the_checks_of_the_class_hold(desk: MakeupDesk, case: Case) -> None:
    expected = await case(desk)
    await signed_in_again(desk)
    before = await desk.remembered()
    refused = await desk.book(desk.office)
    assert refused == expected | {"message": refused["message"]}
    assert await desk.remembered() == before


# ---- where the limits lie


async def expires_today(desk: MakeupDesk) -> None:
    await desk.change("makeup_token", desk.token, expires_on=MONDAY)


async def issued_today(desk: MakeupDesk) -> None:
    await desk.change("makeup_token", desk.token, issued_on=MONDAY)


async def lock_ignored(desk: MakeupDesk) -> None:
    await elsewhere(desk)
    await desk.settings(ignore_location_lock=True)


async def here(desk: MakeupDesk) -> None:
    program = await desk.world.program(name="Dance")
    await desk.change("offering", desk.lesson.offering_id, program_id=program)
    await desk.change("makeup_token", desk.token, program_id=program, location_id=desk.world.location_id)


async def in_the_last_minute(desk: MakeupDesk) -> None:
    await desk.settings(makeup_latest_booking_minutes=60)
    desk.clock.now = datetime(2026, 11, 23, 22, tzinfo=UTC)


async def on_the_last_day(desk: MakeupDesk) -> None:
    await desk.settings(makeup_horizon_days=7)


async def of_age(desk: MakeupDesk) -> None:
    await desk.change("offering", desk.lesson.offering_id, min_age_months=78, max_age_months=78, gender="female")


async def one_place_left(desk: MakeupDesk) -> None:
    await fill(desk, EnrollmentType.SINGLE_DAY, EnrollmentType.WAITLIST)


async def freed_by_an_absence(desk: MakeupDesk) -> None:
    away, _ = await fill(desk, EnrollmentType.ACTIVE, EnrollmentType.TRIAL)
    await desk.world.expected_absence(away, starts_on=AHEAD)


@pytest.mark.parametrize(
    "within",
    [
        expires_today,
        issued_today,
        lock_ignored,
        here,
        in_the_last_minute,
        on_the_last_day,
        of_age,
        one_place_left,
        freed_by_an_absence,
    ],
)
async def test_R8_6_what_is_just_within_the_limits_is_booked(
    desk: MakeupDesk, within: Callable[[MakeupDesk], Awaitable[None]]
) -> None:
    await within(desk)
    await signed_in_again(desk)
    assert (await desk.redeem())["__typename"] == "RedeemMakeupTokenSuccess"


async def test_R6_3_an_absence_that_was_only_asked_for_frees_no_place(desk: MakeupDesk) -> None:
    (away,) = await fill(desk, EnrollmentType.ACTIVE)
    await fill(desk, EnrollmentType.ACTIVE)
    await desk.world.expected_absence(away, starts_on=AHEAD, state=ExpectedAbsenceState.REQUESTED)
    assert (await desk.redeem())["__typename"] == "OfferingFull"


# ---- who may


async def test_R8_7_families_book_nothing_themselves_where_staff_decide(desk: MakeupDesk) -> None:
    await desk.settings(auto_approve_makeups=False)
    before = await desk.remembered()
    assert (await desk.redeem())["__typename"] == "MakeupApprovalRequired"
    assert await desk.remembered() == before
    assert (await desk.redeem(desk.office))["__typename"] == "RedeemMakeupTokenSuccess"


async def test_R11_2_other_families_and_tenants_find_nothing(desk: MakeupDesk) -> None:
    stranger = await desk.world.guardian(await desk.world.family(name="Stranger"))
    strange = await desk.office.signed_in(desk.world, stranger, Portal.CUSTOMER)
    other = await new_world(desk.world.owner, name="Other Gym")
    theirs = await other.makeup_token(await other.student())
    their_class = encode_occurrence_id(OccurrenceKey((await other.weekly_class()).timeslot_id, AHEAD))
    mine = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
    no_token = ("NOT_FOUND", "There is no such makeup token.")
    no_class = ("NOT_FOUND", "There is no such occurrence.")
    before = await desk.remembered()
    for api, given, answer in (
        (strange, mine, no_token),
        (desk.office, mine | {"tokenId": encode_id("MakeupToken", theirs)}, no_token),
        (desk.family, mine | {"tokenId": encode_id("MakeupToken", new_id())}, no_token),
        (desk.family, mine | {"occurrenceId": their_class}, no_class),
        (
            desk.office,
            mine | {"occurrenceId": desk.sheet_id(AHEAD + DAY)},
            ("NOT_FOUND", "There is no such occurrence."),
        ),
    ):
        assert await api.refused(document("redeemMakeupToken"), input=given) == answer
    code, _ = await desk.family.refused(document("redeemMakeupToken"), input=mine | {"tokenId": desk.sheet_id()})
    assert code == "BAD_USER_INPUT"
    assert await desk.remembered() == before


async def test_R11_3_staff_without_see_all_redeem_for_whom_and_where_they_teach(desk: MakeupDesk) -> None:
    own = await desk.world.weekly_class(name="Own")
    permissions = (
        Permission.CREATE_MAKEUP_TOKENS,
        Permission.MAKEUPS_WITHOUT_TOKENS,
        Permission.STAFF_ATTENDANCE_VIEW,
    )
    tom = await desk.world.staff(*permissions, teaches=[own.offering_id])
    teacher = await desk.office.as_staff(desk.world, portal=Portal.STAFF, person_id=tom)
    theirs = {"tokenId": desk.token_id, "occurrenceId": desk.sheet_id()}
    student = {"studentId": encode_id("Student", desk.ann), "occurrenceId": desk.sheet_id()}
    assert (await teacher.refused(document("redeemMakeupToken"), input=theirs))[1] == "There is no such makeup token."
    assert (await teacher.refused(document("bookMakeup"), input=student))[1] == "There is no such student."
    await desk.world.enroll(desk.ann, own.offering_id, type=EnrollmentType.TRIAL, drop_on=MONDAY)
    assert (await teacher.refused(document("redeemMakeupToken"), input=theirs))[1] == "There is no such occurrence."
    assert (await teacher.refused(document("bookMakeup"), input=student))[1] == "There is no such occurrence."
    desk.lesson = own
    assert (await desk.redeem(teacher))["__typename"] == "RedeemMakeupTokenSuccess"


async def test_R8_10_a_makeup_without_a_token_and_its_end(desk: MakeupDesk) -> None:
    both = (*STAFF, Permission.MAKEUPS_WITHOUT_TOKENS, Permission.MANAGE_ENROLLMENTS)
    booker = await desk.staff(*both)
    place = (await desk.book(booker))["makeup"]
    assert (place["type"], place["startsOn"], place["dropOn"]) == ("MAKEUP", f"{AHEAD}", f"{AHEAD}")
    (row,) = (await desk.sheet())["roster"]
    assert [each["facts"] for each in row["indicators"] if each["kind"] == "MAKEUP"] == [{"missedOn": None}]
    assert (await desk.state(), await desk.ledger()) == ("AVAILABLE", [])
    drop = "mutation($input: DropEnrollmentInput!) { dropEnrollment(input: $input) { __typename } }"
    given = {"enrollmentId": place["id"], "dropOn": f"{AHEAD - DAY}"}
    assert (await booker.ask(drop, input=given))["dropEnrollment"]["__typename"] == "DropEnrollmentSuccess"
    assert (await desk.sheet())["roster"] == []


async def test_a_students_makeup_is_shown_however_many_enrollments_came_after(desk: MakeupDesk) -> None:
    place = (await desk.redeem())["makeup"]["id"]
    for number in range(201):
        one_day: dict[str, Any] = {"starts_on": AHEAD + (number + 1) * DAY, "drop_on": AHEAD + (number + 1) * DAY}
        await desk.world.enroll(desk.ann, desk.lesson.offering_id, type=EnrollmentType.SINGLE_DAY, **one_day)
    shown = "query($id: ID!) { node(id: $id) { ... on MakeupToken { makeup { id } } } }"
    assert (await desk.family.ask(shown, id=desk.token_id))["node"] == {"makeup": {"id": place}}


async def test_redeeming_takes_as_many_statements_in_a_full_class_as_in_an_empty_one(desk: MakeupDesk) -> None:
    desk.lesson = await desk.world.weekly_class(capacity=40)
    desk.office.statements.clear()
    await desk.redeem()
    one = len(desk.office.statements)
    await fill(desk, *[EnrollmentType.ACTIVE] * 20, held_on=AHEAD + WEEK)
    desk.token = await desk.world.makeup_token(desk.ann)
    desk.office.statements.clear()
    await desk.redeem(held_on=AHEAD + WEEK)
    assert len(desk.office.statements) == one
