"""R8.11 through the API: with the last drop unused tokens begin to lapse, silently; a new place in time keeps them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, MakeupTokenOrigin
from db import models
from db.ids import new_id
from gql.fields.global_ids import encode_id
from tests.api.tokens.leaving_desk import LeavingDesk, new_leaving_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, World

DAY, WEEK = timedelta(days=1), timedelta(days=7)
RESET = mutation("resetMakeupToken", "makeupToken { state }")


@pytest.fixture
async def desk(world: World, api: Api) -> LeavingDesk:
    return await new_leaving_desk(world, api)


async def give(desk: LeavingDesk, **values: Any) -> Any:
    return await desk.world.makeup_token(desk.ann, **values)


async def test_R8_11_after_the_last_drop_and_the_wait_unused_tokens_are_expired_and_nobody_is_told(
    desk: LeavingDesk,
) -> None:
    await give(desk)
    await give(desk, expires_on=MONDAY + 90 * DAY)
    await give(desk, expires_on=MONDAY + 3 * DAY)
    await give(desk, expires_on=MONDAY - DAY)
    await desk.drop(MONDAY)
    family = await desk.family()
    assert [(token["state"], token["expiresOn"]) for token in await desk.tokens(family)] == [
        ("EXPIRED", "2026-11-15"),
        ("AVAILABLE", "2026-11-19"),
        ("AVAILABLE", "2026-11-30"),
        ("AVAILABLE", "2026-11-30"),
    ]
    assert {token["lapsesOn"] for token in await desk.tokens(family)} == {None}
    assert await desk.lapses() == [None, None, "2026-11-30", "2026-11-30"]
    await desk.on(MONDAY + 14 * DAY)
    assert await desk.states() == ["EXPIRED", "EXPIRED", "AVAILABLE", "AVAILABLE"]
    await desk.on(MONDAY + 15 * DAY)
    assert await desk.states() == ["EXPIRED"] * 4
    assert await desk.world.count(models.Email) == 0


async def test_R8_11_the_setting_off_leaves_tokens_as_they_are(desk: LeavingDesk) -> None:
    await desk.world.change_settings(expire_after_last_drop_days=None)
    await give(desk)
    before = await desk.remembered()
    await desk.drop(MONDAY)
    assert await desk.remembered() == before


async def test_R7_7_R8_11_a_changed_wait_is_for_later_drops_alone(desk: LeavingDesk) -> None:
    await give(desk)
    await desk.drop(MONDAY)
    for wait in (3, 100, None):
        await desk.world.change_settings(expire_after_last_drop_days=wait)
        assert await desk.lapses() == ["2026-11-30"]
        await desk.drop(MONDAY)
        assert await desk.lapses() == ["2026-11-30"]


async def test_R8_11_no_days_to_wait_is_through_the_end_of_the_day(desk: LeavingDesk) -> None:
    await desk.world.change_settings(expire_after_last_drop_days=0)
    await give(desk)
    await desk.drop(MONDAY)
    assert await desk.states() == ["AVAILABLE"]
    await desk.on(MONDAY + DAY)
    assert await desk.states() == ["EXPIRED"]


@pytest.mark.parametrize(
    ("drop_on", "lapses_on"), [(MONDAY + 21 * DAY, "2026-12-21"), (MONDAY - 21 * DAY, "2026-11-30")]
)
async def test_R8_11_the_wait_begins_with_the_drop_and_not_before_it_is_entered(
    desk: LeavingDesk, drop_on: date, lapses_on: str
) -> None:
    await give(desk)
    await desk.drop(drop_on)
    assert await desk.lapses() == [lapses_on]


async def test_R8_11_a_place_that_is_taken_back_before_it_begins_was_the_last_one_too(desk: LeavingDesk) -> None:
    await give(desk)
    ahead = await desk.enroll(MONDAY + 5 * WEEK)
    await desk.drop(MONDAY)
    assert await desk.lapses() == [None]
    await desk.on(MONDAY + WEEK)
    await desk.drop(MONDAY + WEEK, ahead)
    assert await desk.lapses() == ["2026-12-07"]


@pytest.mark.parametrize(
    ("type", "until", "keeps"),
    [
        (EnrollmentType.ACTIVE, None, True),
        (EnrollmentType.ACTIVE, MONDAY + 9 * WEEK, True),
        (EnrollmentType.TRIAL, MONDAY + WEEK, True),
        (EnrollmentType.SINGLE_DAY, MONDAY + WEEK, True),
        (EnrollmentType.MAKEUP, MONDAY + WEEK, False),
        (EnrollmentType.WAITLIST, None, False),
        (EnrollmentType.ACTIVE, MONDAY - DAY, False),
    ],
)
async def test_R8_11_only_the_drop_of_the_last_enrollment_that_counts(
    desk: LeavingDesk, type: EnrollmentType, until: date | None, keeps: bool
) -> None:
    await give(desk)
    other = await desk.world.weekly_class()
    is_one_day = type in (EnrollmentType.SINGLE_DAY, EnrollmentType.MAKEUP)
    starts_on = until if is_one_day and until else MONDAY - 3 * WEEK
    one_day = {"timeslot_id": other.timeslot_id} if is_one_day else {}
    await desk.world.enroll(desk.ann, other.offering_id, type=type, starts_on=starts_on, drop_on=until, **one_day)
    await desk.world.enroll(desk.ann, other.offering_id, deleted_at=LONG_AGO)
    await desk.drop(MONDAY)
    assert await desk.lapses() == [None if keeps else "2026-11-30"]


async def test_R8_11_of_two_that_are_dropped_the_later_one_counts(desk: LeavingDesk) -> None:
    await give(desk)
    other = await desk.enroll(MONDAY)
    await desk.drop(MONDAY + 4 * WEEK)
    assert await desk.lapses() == [None]
    await desk.drop(MONDAY + WEEK, other)
    assert await desk.lapses() == ["2026-12-28"]
    await desk.drop(MONDAY + 2 * WEEK)
    assert await desk.lapses() == ["2026-12-14"]


async def test_R8_11_who_waits_has_no_place_to_drop(desk: LeavingDesk) -> None:
    await give(desk)
    waiting = await desk.enroll(MONDAY, "WAITLIST")
    await desk.world.owner.execute(
        text("UPDATE enrollment SET drop_on = :day, end_cause = :cause WHERE id = :it"),
        {"day": MONDAY - DAY, "cause": EnrollmentEnd.SESSION_ENDED, "it": desk.place},
    )
    await desk.drop(MONDAY, waiting)
    assert await desk.lapses() == [None]


async def test_R8_11_enrolling_again_before_the_day_has_passed_keeps_the_tokens(desk: LeavingDesk) -> None:
    await give(desk, expires_on=MONDAY + 90 * DAY)
    await desk.drop(MONDAY)
    await desk.on(MONDAY + 14 * DAY)
    await desk.enroll(MONDAY + 14 * DAY)
    await desk.on(MONDAY + 15 * DAY)
    (token,) = await desk.tokens()
    assert (token["state"], token["expiresOn"], token["lapsesOn"]) == ("AVAILABLE", "2027-02-14", None)


async def test_R8_11_once_the_day_has_passed_enrolling_again_brings_nothing_back(desk: LeavingDesk) -> None:
    await give(desk)
    await desk.drop(MONDAY)
    await desk.on(MONDAY + 15 * DAY)
    again = await desk.enroll(MONDAY + 15 * DAY)
    await give(desk)
    assert sorted(await desk.states()) == ["AVAILABLE", "EXPIRED"]
    # And leaving again is a new leaving, for the tokens that there are then.
    await desk.on(MONDAY + 20 * DAY)
    await desk.drop(MONDAY + 20 * DAY, again)
    assert await desk.lapses() == ["2026-11-30", "2026-12-20"]


@pytest.mark.parametrize("type", ["WAITLIST", "SINGLE_DAY", "TRIAL"])
async def test_R8_11_only_a_place_keeps_them(desk: LeavingDesk, type: str) -> None:
    await give(desk)
    await desk.drop(MONDAY)
    end: dict[str, Any] = {} if type == "WAITLIST" else {"dropOn": (MONDAY + WEEK).isoformat()}
    await desk.enroll(MONDAY + WEEK, type, **end)
    assert await desk.lapses() == ["2026-11-30" if type == "WAITLIST" else None]


async def test_R8_11_a_place_that_ends_before_the_student_leaves_keeps_nothing(desk: LeavingDesk) -> None:
    await give(desk)
    await desk.drop(MONDAY + 9 * WEEK)
    await desk.enroll(MONDAY, dropOn=(MONDAY + 3 * WEEK).isoformat())
    assert await desk.lapses() == ["2027-02-01"]


async def test_R8_11_the_setting_switched_off_does_not_keep_enrolling_from_keeping_them(desk: LeavingDesk) -> None:
    await give(desk)
    await desk.drop(MONDAY)
    await desk.world.change_settings(expire_after_last_drop_days=None)
    await desk.enroll(MONDAY)
    assert await desk.lapses() == [None]


async def test_R8_11_a_transfer_of_a_place_that_was_to_end_keeps_them(desk: LeavingDesk) -> None:
    await give(desk)
    await desk.drop(MONDAY + 4 * WEEK)
    assert await desk.lapses() == ["2026-12-28"]
    target = await desk.transfer(MONDAY + 2 * WEEK)
    assert await desk.lapses() == [None]
    await desk.drop(MONDAY, target)
    assert await desk.lapses() == ["2026-12-13"]


async def test_R8_11_an_absence_that_is_marked_after_the_drop_earns_a_token_that_lapses_too(desk: LeavingDesk) -> None:
    await desk.drop(MONDAY)
    await desk.miss(MONDAY)
    (token,) = await desk.tokens()
    assert (token["state"], token["expiresOn"], token["lapsesOn"]) == ("AVAILABLE", "2026-11-30", "2026-11-30")
    await desk.on(MONDAY + 15 * DAY)
    await desk.miss(MONDAY - WEEK)
    assert await desk.states() == ["EXPIRED", "EXPIRED"]
    await desk.enroll(MONDAY + 16 * DAY)
    await desk.miss(MONDAY - 2 * WEEK)
    assert await desk.lapses() == ["2026-11-30", "2026-11-30", None]


async def test_R8_11_a_token_that_staff_give_after_the_drop_is_good_as_they_say(desk: LeavingDesk) -> None:
    await desk.drop(MONDAY)
    owner = await desk.on(MONDAY + DAY)
    create = mutation("createMakeupTokens", "makeupTokens { state expiresOn lapsesOn }")
    given = {"studentId": encode_id("Student", desk.ann), "tokens": [{"neverExpires": True}]}
    (token,) = (await owner.ask(create, input=given))["createMakeupTokens"]["makeupTokens"]
    assert token == {"state": "AVAILABLE", "expiresOn": None, "lapsesOn": None}


async def test_R8_5_R8_11_an_expiry_that_staff_set_counts_in_place_of_the_lapse(desk: LeavingDesk) -> None:
    token = await give(desk)
    await desk.drop(MONDAY)
    owner = await desk.on(MONDAY + 15 * DAY)
    assert await desk.states() == ["EXPIRED"]
    edit = mutation("editMakeupToken", "makeupToken { state expiresOn lapsesOn }")
    given = {"tokenId": encode_id("MakeupToken", token), "expiresOn": (MONDAY + 30 * DAY).isoformat()}
    shown = (await owner.ask(edit, input=given))["editMakeupToken"]["makeupToken"]
    assert shown == {"state": "AVAILABLE", "expiresOn": "2026-12-16", "lapsesOn": None}


async def test_R8_5_R8_11_a_booked_makeup_stays_and_given_back_its_token_has_lapsed(desk: LeavingDesk) -> None:
    token = await give(desk)
    await desk.world.makeup(desk.ann, desk.lesson, MONDAY + 21 * DAY, token_id=token)
    await desk.drop(MONDAY)
    owner = await desk.on(MONDAY + 15 * DAY)
    assert await desk.states() == ["PENDING"]
    done = await owner.ask(RESET, input={"tokenId": encode_id("MakeupToken", token)})
    assert done["resetMakeupToken"]["makeupToken"] == {"state": "EXPIRED"}


async def test_R7_6_R8_11_a_token_that_has_lapsed_is_not_outstanding(desk: LeavingDesk) -> None:
    await desk.world.change_settings(token_limit=1, token_limit_period="OUTSTANDING", expire_after_last_drop_days=0)
    for weeks in (1, 2):
        await desk.miss(MONDAY - weeks * WEEK)
        assert await desk.states() == ["AVAILABLE"]
    await desk.drop(MONDAY)
    await desk.on(MONDAY + DAY)
    await desk.enroll(MONDAY + DAY)
    await desk.miss(MONDAY - 3 * WEEK)
    assert await desk.states() == ["EXPIRED", "AVAILABLE"]


async def test_R8_11_other_students_and_deleted_tokens_are_left_alone(desk: LeavingDesk) -> None:
    other = await desk.world.student(first_name="Other")
    await desk.world.makeup_token(other)
    await give(desk, deleted_at=LONG_AGO)
    before = (await desk.remembered())[:2]
    await desk.drop(MONDAY)
    assert (await desk.remembered())[:2] == before


async def test_R7_4_R8_11_a_revoked_token_that_is_reinstated_lapses_with_the_others(desk: LeavingDesk) -> None:
    await desk.world.occurrence(desk.lesson.timeslot_id, MONDAY)
    await give(
        desk,
        id=new_id(),
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=desk.lesson.timeslot_id,
        held_on=MONDAY,
        revoked_at=LONG_AGO,
    )
    await desk.drop(MONDAY)
    await desk.miss(MONDAY)
    (token,) = await desk.tokens()
    assert (token["state"], token["lapsesOn"]) == ("AVAILABLE", "2026-11-30")


@pytest.mark.parametrize("count", [1, 30])
async def test_R8_11_a_drop_takes_as_many_statements_for_many_tokens_as_for_one(desk: LeavingDesk, count: int) -> None:
    for _ in range(count):
        await give(desk)
    desk.api.statements.clear()
    await desk.drop(MONDAY)
    assert await desk.lapses() == ["2026-11-30"] * count
    assert len([each for each in desk.api.statements if "makeup_token" in each and "UPDATE" in each]) == 1
