"""redeemMakeupToken and bookMakeup through the API: what they do, and who may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupTokenOrigin,
    Permission,
    Portal,
)
from db import models
from db.ids import new_id
from db.roster import roster_changes
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.api.makeups.makeup_desk import AHEAD, NOON, STAFF, WEEK, MakeupDesk, makeup_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World, new_world
from tests.support.fingerprint import fingerprint

DAY = timedelta(days=1)


@pytest.fixture
async def desk(world: World, api: Api) -> MakeupDesk:
    return await makeup_desk(world, api)


@pytest.mark.parametrize("who", ["family", "office"])
async def test_R8_6_redeeming_makes_a_one_day_makeup(desk: MakeupDesk, who: str) -> None:
    missed = await desk.world.weekly_class(name="Gym")
    await desk.world.occurrence(missed.timeslot_id)
    await desk.world.change(
        models.MakeupToken,
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
    await desk.world.change_settings(office_check_in_mode=True)
    (ben,) = await desk.fill(EnrollmentType.ACTIVE)
    await desk.world.mark(ben, desk.lesson.timeslot_id, held_on=MONDAY, by_check_in=True)
    desk.clock.now = datetime(2026, 11, 16, 22, 50, tzinfo=UTC)
    await desk.sign_in_again()
    assert (await desk.redeem(held_on=MONDAY))["__typename"] == "RedeemMakeupTokenSuccess"
    rows = {row["student"]["firstName"]: row for row in (await desk.sheet(MONDAY))["roster"]}
    assert rows["Ann"]["mark"] == {"status": AttendanceStatus.ABSENT, "isDefaulted": True}


async def test_R8_7_families_book_nothing_themselves_where_staff_decide(desk: MakeupDesk) -> None:
    await desk.world.change_settings(auto_approve_makeups=False)
    before = await fingerprint(desk.world)
    assert (await desk.redeem())["__typename"] == "MakeupApprovalRequired"
    assert await fingerprint(desk.world) == before
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
    before = await fingerprint(desk.world)
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
        assert await api.refused(mutation("redeemMakeupToken"), input=given) == answer
    code, _ = await desk.family.refused(mutation("redeemMakeupToken"), input=mine | {"tokenId": desk.sheet_id()})
    assert code == "BAD_USER_INPUT"
    assert await fingerprint(desk.world) == before


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
    assert (await teacher.refused(mutation("redeemMakeupToken"), input=theirs))[1] == "There is no such makeup token."
    assert (await teacher.refused(mutation("bookMakeup"), input=student))[1] == "There is no such student."
    await desk.world.enroll(desk.ann, own.offering_id, type=EnrollmentType.TRIAL, drop_on=MONDAY)
    assert (await teacher.refused(mutation("redeemMakeupToken"), input=theirs))[1] == "There is no such occurrence."
    assert (await teacher.refused(mutation("bookMakeup"), input=student))[1] == "There is no such occurrence."
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
    drop = mutation("dropEnrollment")
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
    await desk.fill(*[EnrollmentType.ACTIVE] * 20, held_on=AHEAD + WEEK)
    desk.token = await desk.world.makeup_token(desk.ann)
    desk.office.statements.clear()
    await desk.redeem(held_on=AHEAD + WEEK)
    assert len(desk.office.statements) == one


async def test_a_makeup_is_booked_for_who_is_on_more_roll_sheets_than_an_act_holds(
    desk: MakeupDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_changes, "MOST_SHEETS", 2)
    daily = await desk.world.offering(name="Daily")
    for weekday in range(1, 8):
        await desk.world.timeslot(daily, weekday=weekday)
    await desk.world.enroll(desk.ann, daily)
    assert (await desk.redeem())["__typename"] == "RedeemMakeupTokenSuccess"
    assert [each["kind"] for each in (await desk.sheet())["changes"]] == ["ROSTER"]
