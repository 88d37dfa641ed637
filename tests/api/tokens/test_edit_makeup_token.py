"""editMakeupToken through the API (R8.5)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import MakeupTokenOrigin
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import EDIT, HandDesk, new_hand_desk
from tests.support.api import Api
from tests.support.factories import JANUARY, LONG_AGO, MONDAY, World, new_world
from tests.support.fingerprint import fingerprint


@pytest.fixture
async def desk(world: World, api: Api) -> HandDesk:
    return await new_hand_desk(world, api)


async def test_R8_5_an_edit_changes_what_is_named_alone(desk: HandDesk) -> None:
    world = desk.world
    program = encode_id("Program", await world.program(name="Swim"))
    token = await desk.one(comment="Old", programId=program)
    second = encode_id("Location", await world.location())
    done = await desk.edit(token["id"], locationId=second)
    assert done["makeupToken"] == token | {"location": {"name": "Second Street"}}
    done = await desk.edit(token["id"], locationId=None, comment=None, programId=None)
    assert done["makeupToken"] == token | {"comment": None, "program": None}
    done = await desk.edit(token["id"], issueOn="2026-11-20", expiresOn="2026-11-20", comment="New")
    new = {"issuedOn": "2026-11-20", "expiresOn": "2026-11-20", "state": "SCHEDULED", "comment": "New"}
    assert done["makeupToken"] == token | {"program": None} | new
    done = await desk.edit(token["id"], neverExpires=True, issueOn=None, expiresOn=None)
    assert done["makeupToken"]["expiresOn"] is None
    acts = await desk.ledger()
    assert [act for act, _ in acts] == ["ISSUED", "EDITED", "EDITED", "EDITED", "EDITED"]
    assert acts[3][1] == {
        "before": {"comment": None, "issued_on": "2026-11-16", "expires_on": "2027-02-14"},
        "after": {"comment": "New", "issued_on": "2026-11-20", "expires_on": "2026-11-20"},
    }
    assert acts[4][1] == {"before": {"expires_on": "2026-11-20"}, "after": {"expires_on": None}}


async def test_R8_5_what_is_so_already_is_no_change(desk: HandDesk) -> None:
    token = await desk.one(comment="Same", expiresOn="2026-12-24")
    before = await fingerprint(desk.world)
    done = await desk.edit(token["id"], comment="Same", expiresOn="2026-12-24", locationId=None)
    assert done["makeupToken"] == token
    assert await fingerprint(desk.world) == before


async def test_R8_3_a_later_expiry_revives_and_an_earlier_one_ends(desk: HandDesk) -> None:
    token = await desk.world.makeup_token(desk.ann, issued_on=JANUARY, expires_on=MONDAY - timedelta(1))
    assert (await desk.edit(token, comment="Old"))["makeupToken"]["state"] == "EXPIRED"
    assert (await desk.edit(token, expiresOn="2026-11-16"))["makeupToken"]["state"] == "AVAILABLE"
    assert (await desk.edit(token, expiresOn="2026-11-15"))["makeupToken"]["state"] == "EXPIRED"


async def test_R8_11_an_expiry_set_by_hand_counts_in_place_of_a_lapse(desk: HandDesk) -> None:
    token = await desk.world.makeup_token(desk.ann, expires_on=MONDAY, lapses_on=MONDAY - timedelta(1))
    assert (await desk.edit(token, comment="x"))["makeupToken"]["state"] == "EXPIRED"
    assert (await desk.edit(token, expiresOn="2026-11-16"))["makeupToken"]["state"] == "AVAILABLE"
    assert (await desk.ledger())[1][1] == {"before": {"lapses_on": "2026-11-15"}, "after": {"lapses_on": None}}


@pytest.mark.parametrize(
    ("changes", "reason", "issue_on", "expires_on"),
    [
        ({"expiresOn": "2026-11-15"}, "EXPIRES_BEFORE_ISSUE", "2026-11-16", "2026-11-15"),
        ({"issueOn": "2027-02-15"}, "EXPIRES_BEFORE_ISSUE", "2027-02-15", "2027-02-14"),
        ({"expiresOn": "2026-12-01", "neverExpires": True}, "EXPIRY_AND_NEVER", "2026-11-16", "2026-12-01"),
    ],
)
async def test_R8_5_an_edit_to_dates_that_cannot_be_is_refused(
    desk: HandDesk, changes: dict[str, Any], reason: str, issue_on: str, expires_on: str
) -> None:
    token = await desk.one(sendEmail=True)
    before = await fingerprint(desk.world)
    refused = await desk.edit(token["id"], comment="New", **changes)
    assert refused.pop("message").startswith("The makeup token would")
    assert refused == {
        "__typename": "MakeupTokenDatesNotPossible",
        "reason": reason,
        "draftIndex": None,
        "issueOn": issue_on,
        "expiresOn": expires_on,
    }
    assert await fingerprint(desk.world) == before


async def test_R7_7_one_that_expired_before_it_was_issued_can_be_edited(desk: HandDesk) -> None:
    lesson = await desk.world.weekly_class()
    await desk.world.occurrence(lesson.timeslot_id, JANUARY)
    token = await desk.world.makeup_token(
        desk.ann,
        origin=MakeupTokenOrigin.ABSENCE,
        timeslot_id=lesson.timeslot_id,
        held_on=JANUARY,
        issued_on=MONDAY,
        expires_on=date(2026, 4, 5),
    )
    assert (await desk.edit(token, comment="x"))["makeupToken"]["comment"] == "x"
    assert (await desk.edit(token, expiresOn="2026-04-06"))["__typename"] == "MakeupTokenDatesNotPossible"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"comment": "x" * 501}, "BAD_USER_INPUT", "input.comment has 501 characters; 1 to 500 are allowed."),
        ({"issueOn": "1899-12-31"}, "BAD_USER_INPUT", "input.issueOn is 1899-12-31"),
        ({"expiresOn": "3000-01-01"}, "BAD_USER_INPUT", "input.expiresOn is 3000-01-01"),
        ({"locationId": "nonsense"}, "BAD_USER_INPUT", 'Argument "input.locationId" is not an id'),
        ({"locationId": "other"}, "NOT_FOUND", "There is no such location."),
        ({"programId": "gone"}, "NOT_FOUND", "There is no such program."),
        ({"tokenId": "student"}, "BAD_USER_INPUT", 'Argument "input.tokenId"'),
        ({"tokenId": "foreign"}, "NOT_FOUND", "There is no such makeup token."),
    ],
)
async def test_R8_5_bad_input_is_told_and_nothing_is_edited(
    desk: HandDesk, changes: dict[str, Any], code: str, message: str
) -> None:
    world, elsewhere = desk.world, await new_world(desk.world.owner, name="Other")
    foreign = await elsewhere.makeup_token(await elsewhere.student())
    ids = {
        "other": encode_id("Location", elsewhere.location_id),
        "gone": encode_id("Program", await world.program(name="Gone")),
        "student": encode_id("Student", desk.ann),
        "foreign": encode_id("MakeupToken", foreign),
    }
    await world.owner.execute(text("UPDATE program SET deleted_at = now() WHERE name = 'Gone'"))
    token = await desk.one(sendEmail=True)
    before = await fingerprint(desk.world)
    given = {"tokenId": token["id"], "comment": "New", **{key: ids.get(value, value) for key, value in changes.items()}}
    told = await desk.api.refused(EDIT, input=given)
    assert (told[0], told[1][: len(message)]) == (code, message)
    assert await fingerprint(desk.world) == before


async def test_R8_6_a_token_whose_program_was_deleted_meanwhile_can_be_edited(desk: HandDesk) -> None:
    program = await desk.world.program(name="Gone")
    token = await desk.one(programId=encode_id("Program", program))
    await desk.world.owner.execute(text("UPDATE program SET deleted_at = now()"))
    kept = await desk.edit(token["id"], comment="x", programId=encode_id("Program", program))
    assert (kept["makeupToken"]["program"], kept["makeupToken"]["comment"]) == ({"name": "Gone"}, "x")


@pytest.mark.parametrize(
    ("values", "state"),
    [({"revoked_at": LONG_AGO}, "REVOKED"), ({"deleted_at": LONG_AGO}, "DELETED")],
)
async def test_R8_5_what_has_ended_is_not_edited(desk: HandDesk, values: dict[str, Any], state: str) -> None:
    token = await desk.world.makeup_token(desk.ann, **values)
    before = await fingerprint(desk.world)
    refused = await desk.edit(token, comment="x")
    assert (refused["__typename"], refused["state"]) == ("MakeupTokenNotChangeable", state)
    assert await fingerprint(desk.world) == before
