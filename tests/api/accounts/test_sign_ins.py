"""R12.5: sign-ins are listed, and ended one by one or all; owners end anybody's."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.api.organization.sign_in_client import PASSWORD_HASH, VIEWER, Client, sign_in_client
from tests.support.documents import mutation
from tests.support.factories import World, new_world

pytestmark = pytest.mark.emptied_database

SIGN_INS = """query($personId: ID) { signIns(personId: $personId) {
  nodes { id portal device createdAt lastUsedAt expiresAt isCurrent } } }"""


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


async def listed(client: Client, **given: Any) -> list[dict[str, Any]]:
    return (await client.ask(SIGN_INS, **given))["signIns"]["nodes"]  # type: ignore[no-any-return]


async def test_R12_5_ones_own_sign_ins_are_listed_and_ended(client: Client, world: World) -> None:
    await world.staff(Permission.OFFICE_ATTENDANCE_FULL, email="sam@gym.example", password_hash=PASSWORD_HASH)
    client.http.headers["user-agent"] = "Phone 7 \u00e9" + "x" * 300
    phone = await client.sign_in("sam@gym.example", portal="STAFF")
    client.clock.forward(minutes=5)
    client.http.headers["user-agent"] = "Desk"
    desk = await client.sign_in("sam@gym.example")
    client.clock.forward(minutes=5)
    await client.refresh(phone["refreshToken"])
    mine = client.having(desk["accessToken"])
    newest, oldest = await listed(mine)
    assert newest | {"id": ""} == {
        "id": "",
        "portal": "OFFICE",
        "device": "Desk",
        "createdAt": "2026-11-16T18:05:00Z",
        "lastUsedAt": "2026-11-16T18:05:00Z",
        "expiresAt": "2026-12-16T18:05:00Z",
        "isCurrent": True,
    }
    assert (oldest["portal"], oldest["lastUsedAt"], oldest["isCurrent"]) == ("STAFF", "2026-11-16T18:10:00Z", False)
    assert oldest["device"].startswith("Phone 7")
    assert len(oldest["device"]) <= 200
    for count in (1, 0):
        ended = await mine.act("endSignIn", "endedSessions", signInId=oldest["id"])
        assert ended == {"__typename": "EndSignInSuccess", "endedSessions": count}
    assert await client.having(phone["accessToken"]).code(VIEWER) == "UNAUTHENTICATED"
    assert [each["id"] for each in await listed(mine)] == [newest["id"]]


async def test_R12_5_owners_end_anybodys_and_nobody_else_does(client: Client, world: World) -> None:
    gail = await world.guardian(await world.family(), email="gail@home.example", password_hash=PASSWORD_HASH)
    await world.staff(Permission.OWNER, email="olga@gym.example", password_hash=PASSWORD_HASH)
    await world.staff(
        Permission.OFFICE_ATTENDANCE_FULL, Permission.MANAGE_STAFF, email="sam@gym.example", password_hash=PASSWORD_HASH
    )
    hers = [await client.sign_in("gail@home.example", portal="CUSTOMER") for _ in range(2)]
    olga = client.having((await client.sign_in("olga@gym.example"))["accessToken"])
    sam = client.having((await client.sign_in("sam@gym.example"))["accessToken"])
    person = encode_id("Guardian", gail)
    first, second = await listed(olga, personId=person)
    elsewhere = await new_world(world.owner, name="Other Gym")
    stranger = client.having((await client.as_staff(elsewhere, Permission.OWNER)).token)
    for who in (sam, stranger):
        assert await who.code(mutation("endSignIn"), input={"signInId": first["id"]}) == "NOT_FOUND"
    assert await sam.code(SIGN_INS, personId=person) == "NOT_FOUND"
    assert await listed(stranger, personId=person) == []
    assert (await sam.act("endSignIns", personId=person))["__typename"] == "PermissionDenied"
    assert await stranger.code(mutation("endSignIns"), input={"personId": person}) == "NOT_FOUND"
    assert (await olga.act("endSignIn", "endedSessions", signInId=second["id"]))["endedSessions"] == 1
    assert (await olga.act("endSignIns", "endedSessions", personId=person))["endedSessions"] == 1
    for session in hers:
        assert await client.having(session["accessToken"]).code(VIEWER) == "UNAUTHENTICATED"
    assert await listed(olga, personId=person) == []
