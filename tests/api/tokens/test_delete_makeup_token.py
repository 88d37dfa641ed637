"""deleteMakeupToken through the API, and whom it and resetMakeupToken let in (R8.5, R7.4)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from gql.fields.global_ids import encode_id
from tests.api.tokens.hand_desk import DELETE, RESET
from tests.api.tokens.reset_desk import DAY, ResetDesk, new_reset_desk
from tests.support.api import Api
from tests.support.factories import LONG_AGO, MONDAY, World, new_world
from tests.support.fingerprint import fingerprint


@pytest.fixture
async def desk(world: World, api: Api) -> ResetDesk:
    return await new_reset_desk(world, api)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "AVAILABLE"),
        ({"issued_on": MONDAY + DAY}, "SCHEDULED"),
        ({"expires_on": MONDAY - DAY}, "EXPIRED"),
        ({"revoked_at": LONG_AGO}, "REVOKED"),
    ],
)
async def test_R8_5_what_holds_no_makeup_is_deleted(desk: ResetDesk, values: dict[str, Any], state: str) -> None:
    token = await desk.world.makeup_token(desk.ann, **values)
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    assert await desk.ledger() == [("DELETED", {"state": state})]
    row = (await desk.world.owner.execute(text("SELECT deleted_at, deleted_by_id FROM makeup_token"))).one()
    assert tuple(row) == (desk.api.clock.now, desk.owner_id)
    before = await fingerprint(desk.world)
    again = await desk.delete(token)
    assert (again["state"], again["message"]) == (
        "DELETED",
        "The makeup token was deleted; there is nothing more to delete.",
    )
    assert await fingerprint(desk.world) == before


@pytest.mark.parametrize(
    ("makeup_on", "state", "message"),
    [
        (MONDAY + DAY, "PENDING", "A makeup is booked with this token; reset it first, which gives the makeup up."),
        (MONDAY - 6 * DAY, "SPENT", "The makeup token is spent; it stays as the record of its makeup."),
    ],
)
async def test_R8_5_what_is_tied_to_a_makeup_is_not_deleted(
    desk: ResetDesk, makeup_on: date, state: str, message: str
) -> None:
    token, makeup = await desk.pending(makeup_on)
    before = await fingerprint(desk.world)
    assert await desk.delete(token) == {
        "__typename": "MakeupTokenNotChangeable",
        "message": message,
        "state": state,
        "makeupId": encode_id("Enrollment", makeup),
        "makeupOn": makeup_on.isoformat(),
        "makeupOfferingName": "Dive 1",
    }
    assert await fingerprint(desk.world) == before


async def test_R7_4_an_automatic_one_stays_deleted_and_its_roll_sheet_hears_of_it(desk: ResetDesk) -> None:
    token = await desk.earned()
    before = (await desk.sheet(MONDAY, desk.lesson))["revision"]
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    sheet = await desk.sheet(MONDAY, desk.lesson)
    assert sheet["revision"] == before + 1
    assert sheet["changes"][-1] == {
        "kind": "TOKENS",
        "entries": [{"student": {"firstName": "Ann"}}],
        "removedEntryIds": [],
    }
    await desk.submit("PRESENT")
    assert (await desk.submit("ABSENT"))["issuedTokens"] == []
    assert await desk.acts() == ["ISSUED", "DELETED"]


async def test_R7_4_one_that_was_revoked_and_deleted_does_not_come_back(desk: ResetDesk) -> None:
    token = await desk.earned()
    await desk.submit("PRESENT")
    assert (await desk.delete(token))["makeupToken"]["state"] == "DELETED"
    assert (await desk.submit("ABSENT"))["issuedTokens"] == []


async def test_R8_5_the_family_does_not_see_a_deleted_one(desk: ResetDesk, api: Api) -> None:
    token = await desk.world.makeup_token(desk.ann)
    family = await desk.world.owner.scalar(text("SELECT family_id FROM student"))
    guardian = await api.signed_in(desk.world, await desk.world.guardian(family), Portal.CUSTOMER)
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert (await guardian.ask(query, id=encode_id("MakeupToken", token)))["node"] is not None
    await desk.delete(token)
    assert (await guardian.ask(query, id=encode_id("MakeupToken", token)))["node"] is None


@pytest.mark.parametrize("document", [DELETE, RESET])
async def test_R11_3_tokens_that_are_not_to_be_seen_are_not_found(desk: ResetDesk, document: str, api: Api) -> None:
    elsewhere = await new_world(desk.world.owner, name="Other")
    foreign = encode_id("MakeupToken", await elsewhere.makeup_token(await elsewhere.student()))
    token, _ = await desk.pending()
    teacher = await api.as_staff(
        desk.world,
        Permission.CREATE_MAKEUP_TOKENS,
        Permission.DELETE_MAKEUP_TOKENS,
        Permission.OFFICE_ATTENDANCE_VIEW,
    )
    before = await fingerprint(desk.world)
    not_found = ("NOT_FOUND", "There is no such makeup token.")
    assert await desk.api.refused(document, input={"tokenId": foreign}) == not_found
    own = {"tokenId": encode_id("MakeupToken", token)}
    assert await teacher.refused(document, input=own) == not_found
    bad = await desk.api.refused(document, input={"tokenId": encode_id("Student", desk.ann)})
    assert bad[0] == "BAD_USER_INPUT"
    assert await fingerprint(desk.world) == before


async def test_R4_11_retries_of_delete_and_reset_do_nothing_twice(desk: ResetDesk) -> None:
    token, _ = await desk.pending()
    first = await desk.reset(token, idempotencyKey="reset")
    assert await desk.reset(token, idempotencyKey="reset") == first
    first = await desk.delete(token, idempotencyKey="delete")
    assert await desk.delete(token, idempotencyKey="delete") == first
    assert await desk.acts() == ["RESET", "DELETED"]
