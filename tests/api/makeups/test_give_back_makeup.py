"""giveBackMakeup: families give back makeups that are booked (R8.12), and nobody resets one that was attended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.api.makeups.makeup_desk import AHEAD, MakeupDesk, makeup_desk
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, World, new_world
from tests.support.fingerprint import fingerprint
from tests.support.streams import following

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
STARTS_AT = datetime(2026, 11, 23, 23, tzinfo=UTC)
TODAY_STARTS_AT = datetime(2026, 11, 16, 23, tzinfo=UTC)
WAY = "{ viewer { ... on GuardianViewer { givesBackMakeups } } }"
WATCH = """subscription($id: ID!) { studentChanged(studentId: $id) { cursor kinds tokens { state } } }"""
RESET = mutation("resetMakeupToken")
DROP = mutation("dropEnrollment")


@pytest.fixture
async def desk(world: World, api: Api) -> MakeupDesk:
    return await makeup_desk(world, api)


async def give_back(desk: MakeupDesk, api: Api | None = None, **given: Any) -> dict[str, Any]:
    return await desk.act(api or desk.family, "giveBackMakeup", tokenId=desk.token_id, **given)


async def booked(desk: MakeupDesk, **given: Any) -> str:
    """The id of the makeup's enrollment."""
    return (await desk.redeem(**given))["makeup"]["id"]  # type: ignore[no-any-return]


async def attend(desk: MakeupDesk, status: AttendanceStatus) -> None:
    await desk.world.occurrence(desk.lesson.timeslot_id, MONDAY)
    await desk.world.mark(desk.ann, desk.lesson.timeslot_id, status=status)


async def test_R8_12_a_family_gives_a_makeup_back_and_can_use_its_token_again(desk: MakeupDesk) -> None:
    assert await desk.family.ask(WAY) == {"viewer": {"givesBackMakeups": True}}
    await booked(desk)
    before = await desk.sheet()
    assert ([row["student"] for row in before["roster"]], before["openings"]) == ([{"firstName": "Ann"}], 1)
    given_back = await give_back(desk, idempotencyKey="once")
    assert given_back == {
        "__typename": "GiveBackMakeupSuccess",
        "makeupToken": {"id": desk.token_id, "state": "AVAILABLE"},
    }
    after = await desk.sheet()
    assert (after["roster"], after["openings"], after["revision"]) == ([], 2, before["revision"] + 1)
    assert after["changes"][-1] == {"kind": "ROSTER"}
    assert await desk.ledger() == [("REDEEMED", "GUARDIAN"), ("RESET", "GUARDIAN")]
    assert await give_back(desk, idempotencyKey="once") == given_back
    assert (await desk.redeem())["__typename"] == "RedeemMakeupTokenSuccess"


async def test_R8_12_R10_3_the_students_stream_hears_of_it(desk: MakeupDesk) -> None:
    await booked(desk)
    async with following(desk.family, WATCH, id=encode_id("Student", desk.ann)) as stream:
        assert [token["state"] for token in (await stream.next())["tokens"]] == ["PENDING"]
        await give_back(desk)
        event = await stream.next()
        assert ("TOKENS" in event["kinds"], event["tokens"]) == (True, [{"state": "AVAILABLE"}])


async def test_R8_12_a_token_that_has_expired_meanwhile_comes_back_expired(desk: MakeupDesk) -> None:
    await booked(desk)
    await desk.world.change(models.MakeupToken, desk.token, expires_on=MONDAY - DAY)
    assert (await give_back(desk))["makeupToken"]["state"] == "EXPIRED"


async def test_R7_4_a_token_that_was_no_longer_earned_is_revoked_and_not_shown(desk: MakeupDesk) -> None:
    await booked(desk)
    await desk.world.change(models.MakeupToken, desk.token, needs_review=True)
    assert await give_back(desk) == {"__typename": "GiveBackMakeupSuccess", "makeupToken": None}
    assert await desk.state() == "REVOKED"


@pytest.mark.parametrize(
    ("minutes", "latest_at"),
    [(0, STARTS_AT - SECOND), (60, STARTS_AT - timedelta(hours=1)), (1440, STARTS_AT - DAY)],
)
async def test_R8_12_until_the_latest_booking_time(desk: MakeupDesk, minutes: int, latest_at: datetime) -> None:
    """The last moment counts as in time; a class that begins at this moment has begun."""
    await desk.world.change_settings(makeup_latest_booking_minutes=minutes)
    await booked(desk)
    desk.clock.now = latest_at + SECOND
    await desk.sign_in_again()
    before = await fingerprint(desk.world)
    refused = await give_back(desk)
    says = f"{(STARTS_AT - timedelta(minutes=minutes)):%Y-%m-%dT%H:%M:%SZ}"
    assert (refused["__typename"], refused["latestAt"]) == ("GivingBackTooLate", says)
    assert await fingerprint(desk.world) == before
    desk.clock.now = latest_at
    assert (await give_back(desk))["__typename"] == "GiveBackMakeupSuccess"


async def test_R8_12_not_where_the_setting_is_off(desk: MakeupDesk) -> None:
    await booked(desk)
    await desk.world.change_settings(families_may_give_back_makeups=False)
    before = await fingerprint(desk.world)
    assert (await give_back(desk))["__typename"] == "GivingBackNotAllowed"
    assert await desk.family.ask(WAY) == {"viewer": {"givesBackMakeups": False}}
    assert await fingerprint(desk.world) == before
    reset = await desk.office.ask(RESET, input={"tokenId": desk.token_id})
    assert reset["resetMakeupToken"]["__typename"] == "ResetMakeupTokenSuccess", "staff may all the same"


async def test_R8_12_only_what_is_booked(desk: MakeupDesk) -> None:
    refused = await give_back(desk)
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", "AVAILABLE")
    await desk.world.change_settings(auto_approve_makeups=False)
    await desk.request()
    refused = await give_back(desk)
    assert (refused["state"], refused["message"]) == (
        "REQUESTED",
        "A makeup is requested with this token; withdraw the request instead.",
    )


async def test_R8_12_not_once_the_day_is_over(desk: MakeupDesk) -> None:
    await booked(desk)
    desk.clock.now = STARTS_AT + DAY
    await desk.sign_in_again()
    refused = await give_back(desk)
    assert (refused["state"], refused["makeupOn"]) == ("SPENT", AHEAD.isoformat())


@pytest.mark.parametrize("status", AttendanceStatus)
async def test_R8_12_a_makeup_that_was_attended_cannot_be_reset_by_anybody(
    desk: MakeupDesk, status: AttendanceStatus
) -> None:
    makeup = await booked(desk, held_on=MONDAY)
    await attend(desk, status)
    office = await desk.staff(Permission.OWNER)
    dropped = {"enrollmentId": makeup, "dropOn": (MONDAY - DAY).isoformat()}
    if status.is_absence:
        assert (await give_back(desk))["__typename"] == "GiveBackMakeupSuccess"
        return
    before = await fingerprint(desk.world)
    says = {
        "__typename": "MakeupAttended",
        "message": "The student attended this makeup on 2026-11-16; it cannot be given up.",
        "enrollmentId": makeup,
        "date": "2026-11-16",
    }
    assert await give_back(desk) == says
    assert (await office.ask(RESET, input={"tokenId": desk.token_id}))["resetMakeupToken"] == says
    assert (await office.ask(DROP, input=dropped))["dropEnrollment"] == says
    assert await fingerprint(desk.world) == before


async def test_R8_12_a_makeup_whose_class_does_not_meet_any_more_is_given_back_at_any_time(desk: MakeupDesk) -> None:
    await booked(desk)
    await desk.world.change(models.Timeslot, desk.lesson.timeslot_id, weekday=3)
    desk.clock.now = STARTS_AT + SECOND
    await desk.sign_in_again()
    assert (await give_back(desk))["__typename"] == "GiveBackMakeupSuccess"


async def test_R11_2_only_ones_own_family_and_only_as_a_guardian(desk: MakeupDesk) -> None:
    await booked(desk)
    wanted = {"input": {"tokenId": desk.token_id}}
    document = mutation("giveBackMakeup")
    stranger = await desk.office.signed_in(
        desk.world, await desk.world.guardian(await desk.world.family()), Portal.CUSTOMER
    )
    elsewhere = await new_world(desk.world.owner, name="Other Gym")
    foreign = await desk.office.signed_in(
        elsewhere, await elsewhere.guardian(await elsewhere.family()), Portal.CUSTOMER
    )
    for api in (stranger, foreign):
        assert (await api.refused(document, **wanted))[0] == "NOT_FOUND"
    owner = await desk.staff(Permission.OWNER)
    assert (await owner.refused(document, **wanted))[0] == "FORBIDDEN"
    assert await desk.state() == "PENDING"


async def test_R8_2_a_token_that_the_family_does_not_see_is_not_found(desk: MakeupDesk) -> None:
    await booked(desk)
    await desk.world.change(models.MakeupToken, desk.token, deleted_at=LONG_AGO)
    wanted = {"input": {"tokenId": desk.token_id}}
    document = mutation("giveBackMakeup")
    assert (await desk.family.refused(document, **wanted))[0] == "NOT_FOUND"
