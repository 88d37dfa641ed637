"""Kiosks through the API: launched, listed and revoked by staff (R5.1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from sqlalchemy import update

from attendance.rules.vocabulary import Permission, Portal
from db import models
from gql.fields.global_ids import encode_id
from tests.api.kiosk.kiosk_door import FAMILY, KIOSKS, LAUNCH, PHONE, REVOKE, STARTS, KioskDoor, launch, new_kiosk_door
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import World, new_world
from tests.support.fingerprint import fingerprint

VIEWER = """{ viewer { __typename ... on KioskViewer { name portal locationName timeZone kiosk { id name }
  organization { name } } } }"""
NOBODYS = encode_id("Kiosk", UUID(int=1))


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


def asked(world: World, **more: Any) -> dict[str, Any]:
    return {"locationId": encode_id("Location", world.location_id), "name": "Side door", **more}


async def id_of(kiosk: Api) -> str:
    """As the device itself is told."""
    viewer = (await kiosk.ask(VIEWER))["viewer"]
    return str(viewer["kiosk"]["id"])


async def test_R5_1_a_launched_kiosk_knows_who_and_where_it_is(door: KioskDoor) -> None:
    assert (await door.kiosk.ask(VIEWER))["viewer"] == {
        "__typename": "KioskViewer",
        "name": "Front door",
        "portal": "KIOSK",
        "locationName": "Main Street",
        "timeZone": "America/Chicago",
        "kiosk": {"id": await id_of(door.kiosk), "name": "Front door"},
        "organization": {"name": "Test Gym"},
    }


async def test_R5_1_launching_tells_all_about_the_kiosk(door: KioskDoor) -> None:
    ends = STARTS + timedelta(days=30)
    given = asked(door.world, name="  Side door ", expiresAt=ends.isoformat())
    launched = (await door.owner.ask(LAUNCH, input=given))["launchKiosk"]
    assert launched["kiosk"] == {
        "id": launched["kiosk"]["id"],
        "name": "Side door",
        "state": "ACTIVE",
        "launchedAt": "2026-11-16T22:50:00Z",
        "expiresAt": "2026-12-16T23:00:00Z",
        "revokedAt": None,
        "location": {"name": "Main Street"},
        "launchedBy": {"firstName": "Sam"},
    }
    claims = jwt.decode(launched["deviceToken"], options={"verify_signature": False})
    assert (claims["portal"], claims["kind"], claims["exp"]) == ("KIOSK", "KIOSK", int(ends.timestamp()))


async def test_R5_1_its_token_ends_when_it_was_told_to(door: KioskDoor) -> None:
    ends = STARTS + timedelta(minutes=2)
    kiosk = await launch(door.owner, door.world.location_id, expiresAt=ends.isoformat())
    door.at(ends - timedelta(seconds=1))
    assert (await kiosk.ask(VIEWER))["viewer"]["name"] == "Front door"
    door.at(ends)
    assert (await kiosk.refused(VIEWER))[0] == "UNAUTHENTICATED"
    states = {node["state"] for node in (await door.owner.ask(KIOSKS))["kiosks"]["nodes"]}
    assert states == {"ACTIVE", "EXPIRED"}


async def test_R5_1_the_row_ends_it_even_if_the_token_lives_on(door: KioskDoor) -> None:
    await door.world.owner.execute(update(models.Kiosk).values(expires_at=STARTS - timedelta(hours=1)))
    for query, given in ((VIEWER, {}), (FAMILY, {"phone": PHONE})):
        assert (await door.kiosk.refused(query, **given))[0] == "UNAUTHENTICATED"


async def test_R5_1_a_revoked_kiosk_is_refused_from_its_next_operation_on(door: KioskDoor) -> None:
    other = await launch(door.owner, door.world.location_id, "Side door")
    kiosk_id = await id_of(door.kiosk)
    revoked = (await door.owner.ask(REVOKE, input={"kioskId": kiosk_id}))["revokeKiosk"]
    assert revoked == {
        "__typename": "RevokeKioskSuccess",
        "kiosk": {
            "id": kiosk_id,
            "name": "Front door",
            "state": "REVOKED",
            "revokedAt": "2026-11-16T22:50:00Z",
            "revokedBy": {"firstName": "Sam"},
        },
    }
    sentence = "This kiosk was revoked or has expired. Staff can launch it again."
    assert await door.kiosk.refused(VIEWER) == ("UNAUTHENTICATED", sentence)
    assert await door.kiosk.refused(FAMILY, phone=PHONE) == ("UNAUTHENTICATED", sentence)
    body = await door.kiosk.send(mutation("checkIn"),
                                 input=door.input("Ann"))  # fmt: skip
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await door.marks() == {}
    assert len(await door.look_up(api=other)) == 2


async def test_R5_1_the_first_revocation_stands(door: KioskDoor) -> None:
    given = {"kioskId": await id_of(door.kiosk)}
    first = await door.owner.ask(REVOKE, input=given)
    door.at(STARTS)
    assert await door.owner.ask(REVOKE, input=given) == first


async def test_R4_11_a_launch_sent_again_gives_the_same_token_and_none_is_stored(door: KioskDoor) -> None:
    given = asked(door.world, idempotencyKey="tap 1")
    first = await door.owner.ask(LAUNCH, input=given)
    before = await fingerprint(door.world)
    door.at(STARTS)
    assert await door.owner.ask(LAUNCH, input=given) == first
    assert await fingerprint(door.world) == before
    answers = (await door.world.owner.scalars(models.IdempotencyKey.__table__.select().with_only_columns(
        models.IdempotencyKey.answer))).all()  # fmt: skip
    assert "token" not in str(answers).lower()
    assert (await door.owner.refused(LAUNCH, input=given | {"name": "Other"}))[0] == "BAD_USER_INPUT"


async def test_kiosks_are_listed_last_launched_first_page_by_page(door: KioskDoor) -> None:
    for minute, name in enumerate(("One", "Two", "Three")):
        door.at(STARTS - timedelta(minutes=9 - minute))
        await launch(door.owner, door.world.location_id, name)
    first = (await door.owner.ask(KIOSKS, first=3))["kiosks"]
    rest = (await door.owner.ask(KIOSKS, first=3, after=first["pageInfo"]["endCursor"]))["kiosks"]
    assert [node["name"] for node in first["nodes"] + rest["nodes"]] == ["Three", "Two", "One", "Front door"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert first["nodes"][0] == {
        "id": first["nodes"][0]["id"],
        "name": "Three",
        "state": "ACTIVE",
        "location": {"name": "Main Street"},
        "launchedBy": {"firstName": "Sam"},
        "revokedBy": None,
    }


async def test_the_list_costs_the_same_statements_for_1_and_20_kiosks(door: KioskDoor) -> None:
    counts = []
    for more in (0, 19):
        for _ in range(more):
            await launch(door.owner, door.world.location_id)
        door.owner.statements.clear()
        nodes = (await door.owner.ask(KIOSKS))["kiosks"]["nodes"]
        counts.append((len(nodes), len(door.owner.statements)))
    assert counts == [(1, 3), (20, 3)]


@pytest.mark.parametrize("portal", [Portal.OFFICE, Portal.STAFF])
async def test_R5_1_staff_need_the_permission(door: KioskDoor, api: Api, portal: Portal) -> None:
    held = Permission.OFFICE_ATTENDANCE_FULL if portal is Portal.OFFICE else Permission.STAFF_ATTENDANCE_FULL
    without = await api.as_staff(door.world, held, portal=portal)
    before = await fingerprint(door.world)
    denied = {"__typename": "PermissionDenied", "permission": "LAUNCH_KIOSK"}
    sentence = {"message": "This needs the permission LAUNCH_KIOSK."}
    assert (await without.ask(LAUNCH, input=asked(door.world)))["launchKiosk"] == denied | sentence
    assert (await without.ask(REVOKE, input={"kioskId": NOBODYS}))["revokeKiosk"] == denied | sentence
    assert (await without.refused(KIOSKS))[0] == "FORBIDDEN"
    node = "query($id: ID!) { node(id: $id) { ... on Kiosk { name expiresAt } } }"
    assert (await without.refused(node, id=await id_of(door.kiosk)))[0] == "FORBIDDEN"
    assert await fingerprint(door.world) == before
    allowed = await api.as_staff(door.world, held, Permission.LAUNCH_KIOSK, portal=portal)
    assert (await allowed.ask(LAUNCH, input=asked(door.world)))["launchKiosk"]["__typename"] == "LaunchKioskSuccess"
    found = (await allowed.ask(node, id=await id_of(door.kiosk)))["node"]
    assert found == {"name": "Front door", "expiresAt": "2027-11-15T23:00:00Z"}


async def test_nobody_else_launches_lists_or_revokes(door: KioskDoor, api: Api) -> None:
    guardian = await api.signed_in(door.world, await door.world.guardian(door.family_id), Portal.CUSTOMER)
    kiosk_id = await id_of(door.kiosk)
    before = await fingerprint(door.world)
    for caller, code in ((api, "UNAUTHENTICATED"), (guardian, "FORBIDDEN"), (door.kiosk, "FORBIDDEN")):
        assert (await caller.refused(LAUNCH, input=asked(door.world)))[0] == code
        assert (await caller.refused(REVOKE, input={"kioskId": kiosk_id}))[0] == code
        assert (await caller.refused(KIOSKS))[0] == code
    assert await fingerprint(door.world) == before


async def test_R11_3_kiosks_and_locations_of_others_do_not_exist(door: KioskDoor, api: Api) -> None:
    elsewhere = await new_world(door.world.owner, name="Other Gym")
    stranger = await api.as_staff(elsewhere, Permission.OWNER)
    gone = await door.world.location(name="Closed")
    await door.world.change(models.Location, gone, deleted_at=STARTS - timedelta(days=1))
    before = await fingerprint(door.world)
    assert (await stranger.refused(LAUNCH, input=asked(door.world)))[0] == "NOT_FOUND"
    assert (
        await door.owner.refused(LAUNCH, input=asked(door.world) | {"locationId": encode_id("Location", gone)})
    ) == (
        "NOT_FOUND",
        "There is no such location.",
    )
    for caller, kiosk_id in ((stranger, await id_of(door.kiosk)), (door.owner, NOBODYS)):
        assert (await caller.refused(REVOKE, input={"kioskId": kiosk_id}))[0] == "NOT_FOUND"
    assert (await stranger.ask(KIOSKS))["kiosks"]["nodes"] == []
    assert await fingerprint(door.world) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "  "}, "input.name has 0 characters"),
        ({"name": "n" * 101}, "input.name has 101 characters"),
        ({"expiresAt": "2026-11-16T22:50:00Z"}, "must be in the future"),
        ({"expiresAt": "2028-11-16T22:50:01Z"}, "at most 730 days"),
        ({"locationId": "x"}, "input.locationId"),
        ({"idempotencyKey": ""}, "1 to 200"),
    ],
)
async def test_bad_input_is_told_and_launches_nothing(door: KioskDoor, given: dict[str, Any], words: str) -> None:
    before = await fingerprint(door.world)
    code, message = await door.owner.refused(LAUNCH, input=asked(door.world, **given))
    assert (code, words in message) == ("BAD_USER_INPUT", True), message
    assert await fingerprint(door.world) == before


async def test_a_kiosks_token_cannot_be_passed_off_as_staffs(door: KioskDoor) -> None:
    claims = jwt.decode(door.kiosk.token or "", options={"verify_signature": False})
    forged = jwt.encode(
        claims | {"portal": "OFFICE", "kind": "STAFF"}, "another key of enough length for this", "HS256"
    )
    assert (await replace(door.kiosk, token=forged).refused(VIEWER))[0] == "UNAUTHENTICATED"
