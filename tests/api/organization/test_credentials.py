"""Access tokens, sessions and what is refused, through HTTP, on a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from db.ids import new_id
from gql.credentials.access_tokens import AccessTokens
from tests.api.organization.sign_in_client import NOON, PASSWORD_HASH, SIGN_OUT, VIEWER, Client, sign_in_client
from tests.support.api import SECRET
from tests.support.factories import World, new_world

pytestmark = pytest.mark.emptied_database

SIGN_OUT_EVERYWHERE = SIGN_OUT.replace("$everywhere: Boolean!", "$everywhere: Boolean = true")


@pytest.fixture
async def client(database: Database, redis_url: str) -> AsyncIterator[Client]:
    async with sign_in_client(database, redis_url) as client:
        yield client


@dataclass
class Sam:
    """A staff member, signed in to the office."""

    id: UUID
    session: dict[str, Any]
    client: Client

    @property
    def claims(self) -> Claims:
        claims = self.client.services.access_tokens.check(self.session["accessToken"])
        assert claims.person_id == self.id
        return claims

    def signed(self, **changed: Any) -> str:
        """A token that the server itself would sign, had it reason to."""
        return self.client.services.access_tokens.sign(replace(self.claims, **changed), NOON)

    def payload(self) -> dict[str, Any]:
        return jwt.decode(self.session["accessToken"], options={"verify_signature": False})

    def own_key(self) -> bytes:
        return self.client.services.access_tokens._key


@pytest.fixture
async def sam(client: Client, world: World) -> Sam:
    id = await world.staff(Permission.OWNER, email="sam@gym.example", password_hash=PASSWORD_HASH)
    return Sam(id, await client.sign_in("sam@gym.example"), client)


async def open_sign_ins(owner: AsyncConnection) -> int:
    return len((await owner.execute(select(models.SignIn.id).where(models.SignIn.ended_at.is_(None)))).all())


async def refused(client: Client, token: str, owner: AsyncConnection) -> str:
    """The message with which the token is refused for reading and for writing alike; nothing was changed."""
    before = await open_sign_ins(owner)
    bearer = client.having(token)
    reading = await bearer.post(VIEWER)
    writing = await bearer.post(SIGN_OUT_EVERYWHERE)
    assert await open_sign_ins(owner) == before
    messages = set()
    for answer in (reading, writing):
        (error,) = answer.json()["errors"]
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
        assert "data" not in answer.json() or not any((answer.json()["data"] or {}).values())
        messages.add(error["message"])
    (message,) = messages
    return str(message)


class TestAccessTokens:
    async def test_good_until_its_last_second(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        bearer = client.having(sam.session["accessToken"])
        client.clock.forward(minutes=15, seconds=-1)
        assert (await bearer.viewer())["name"] == "Sam Staff"
        client.clock.forward(seconds=1)
        assert await refused(client, sam.session["accessToken"], owner) == (
            "The access token has expired. Refresh the session."
        )

    async def test_an_http_answer_says_what_is_wanted(self, client: Client) -> None:
        answer = await client.having("x").post(VIEWER)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic c2FtOng=", "token", "Bearer a b", "Bearer " + "x" * 9000]
    )
    async def test_headers_that_are_no_bearer_token(self, client: Client, header: str) -> None:
        client.http.headers["authorization"] = header
        answer = await client.post(VIEWER)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")

    async def test_scheme_in_any_case_of_letters(self, client: Client, sam: Sam) -> None:
        client.http.headers["authorization"] = f"bEARER {sam.session['accessToken']}"
        assert (await client.viewer())["name"] == "Sam Staff"

    async def test_forged_ones(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        payload = sam.payload()
        head, body, signature = sam.session["accessToken"].split(".")
        other_body = jwt.encode(payload | {"portal": "STAFF"}, "k" * 32, "HS256").split(".")[1]
        forged = {
            "no algorithm": jwt.encode(payload, "", "none"),
            "another key": jwt.encode(payload, "k" * 32, "HS256"),
            "the secret itself": jwt.encode(payload, SECRET, "HS256"),
            "another hash": jwt.encode(payload, sam.own_key() * 2, "HS512"),
            "another body": f"{head}.{other_body}.{signature}",
            "no signature": f"{head}.{body}.",
            "cut off": f"{head}.{body}",
        }
        for name, token in forged.items():
            assert "access token is not" in await refused(client, token, owner), name

    async def test_right_signature_with_wrong_claims(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        payload = sam.payload()
        wrong: dict[str, Any] = {
            "aud": "another-api",
            "iss": "somebody",
            "portal": "NOWHERE",
            "kind": "GUARDIAN",
            "sub": "sam",
            "org": None,
            "sid": 7,
            "exp": "soon",
        }
        for claim, value in wrong.items():
            token = jwt.encode(payload | {claim: value}, sam.own_key(), "HS256")
            assert await refused(client, token, owner) == "The access token is not valid.", claim
        for claim in payload:
            rest = {name: value for name, value in payload.items() if name != claim}
            token = jwt.encode(rest, sam.own_key(), "HS256")
            assert await refused(client, token, owner) == "The access token is not valid.", claim

    async def test_from_the_future_until_its_time_has_come(
        self, client: Client, sam: Sam, owner: AsyncConnection
    ) -> None:
        """A minute of drift between two servers is forgiven."""
        at = sam.payload()["iat"]
        for claim in ("iat", "nbf"):
            for value in (at + 61, "soon"):
                token = jwt.encode(sam.payload() | {claim: value}, sam.own_key(), "HS256")
                assert await refused(client, token, owner) == "The access token is not valid.", claim
            token = jwt.encode(sam.payload() | {claim: at + 60}, sam.own_key(), "HS256")
            assert (await client.having(token).viewer())["name"] == "Sam Staff"

    async def test_a_person_of_another_organization(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        other = await new_world(owner, name="Another Gym")
        stranger = await other.staff(Permission.OWNER, email="x@y.example", password_hash=PASSWORD_HASH)
        for changed in (
            {"person_id": stranger},
            {"organization_id": other.organization_id},
            {"organization_id": other.organization_id, "person_id": stranger},
            {"organization_id": new_id()},
            {"sign_in_id": new_id()},
            {"portal": Portal.STAFF},
        ):
            assert "has ended" in await refused(client, sam.signed(**changed), owner), changed

    async def test_somebody_who_has_left(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        await owner.execute(update(models.Person).values(ended_at=NOON))
        assert "has ended" in await refused(client, sam.session["accessToken"], owner)
        assert (await client.refresh(sam.session["refreshToken"]))["reason"] == "SESSION_ENDED"

    async def test_a_kiosk_until_it_is_revoked_or_over(
        self, client: Client, sam: Sam, world: World, owner: AsyncConnection
    ) -> None:
        kiosk = await world.kiosk(sam.id, name="Front door", launched_at=NOON, expires_at=NOON + timedelta(hours=8))
        claims = Claims(world.organization_id, Portal.KIOSK, NOON + timedelta(days=9), kiosk_id=kiosk)
        device = client.having(client.services.access_tokens.sign(claims, NOON))
        assert await device.viewer() == {"__typename": "KioskViewer", "name": "Front door", "portal": "KIOSK"}
        assert await device.code(SIGN_OUT_EVERYWHERE) == "FORBIDDEN"
        await owner.execute(update(models.Kiosk).values(revoked_at=NOON))
        assert await device.code(VIEWER) == "UNAUTHENTICATED"
        await owner.execute(update(models.Kiosk).values(revoked_at=None))
        client.clock.forward(hours=8)
        assert await device.code(VIEWER) == "UNAUTHENTICATED"


class TestSessions:
    async def test_refreshing_goes_on_with_the_session(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        client.clock.forward(minutes=20)
        fresh = await client.refresh(sam.session["refreshToken"])
        assert fresh["expiresAt"] == "2026-11-16T18:35:00Z"
        assert fresh["refreshExpiresAt"] == "2026-12-16T18:20:00Z"
        assert fresh["refreshToken"] != sam.session["refreshToken"]
        assert (await client.having(fresh["accessToken"]).viewer())["name"] == "Sam Staff"
        assert await open_sign_ins(owner) == 1

    async def test_a_lost_answer_is_given_again_within_a_minute(self, client: Client, sam: Sam) -> None:
        first = await client.refresh(sam.session["refreshToken"])
        client.clock.forward(seconds=60)
        again = await client.refresh(sam.session["refreshToken"])
        assert again["refreshToken"] == first["refreshToken"]
        assert again["refreshExpiresAt"] == first["refreshExpiresAt"]
        assert (await client.refresh(first["refreshToken"]))["__typename"] == "SignInSuccess"

    async def test_the_token_before_coming_back_later_ends_the_session(
        self, client: Client, sam: Sam, owner: AsyncConnection
    ) -> None:
        fresh = await client.refresh(sam.session["refreshToken"])
        client.clock.forward(seconds=61)
        stolen = await client.refresh(sam.session["refreshToken"])
        assert (stolen["__typename"], stolen["reason"]) == ("SignInRefused", "SESSION_ENDED")
        assert await open_sign_ins(owner) == 0
        assert (await client.refresh(fresh["refreshToken"]))["reason"] == "SESSION_ENDED"
        assert await client.having(fresh["accessToken"]).code(VIEWER) == "UNAUTHENTICATED"

    async def test_older_and_unknown_tokens_end_nothing(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        first = sam.session["refreshToken"]
        second = (await client.refresh(first))["refreshToken"]
        third = (await client.refresh(second))["refreshToken"]
        client.clock.forward(hours=1)
        organization, session, _ = third.split(".")
        strange = [
            first,
            f"{organization}.{session}.{'A' * 43}",
            f"{organization}.{new_id().hex}.{third.split('.')[2]}",
            f"{new_id().hex}.{session}.{third.split('.')[2]}",
            "x",
            "",
            "..",
            "é.ü.ß",
        ]
        for token in strange:
            assert (await client.refresh(token))["reason"] == "REFRESH_TOKEN_NOT_VALID", token
        assert await open_sign_ins(owner) == 1
        assert (await client.refresh(third))["__typename"] == "SignInSuccess"

    async def test_a_session_not_used_for_its_lifetime_has_expired(self, client: Client, sam: Sam) -> None:
        client.clock.forward(days=30)
        assert (await client.refresh(sam.session["refreshToken"]))["reason"] == "SESSION_EXPIRED"

    async def test_a_session_ends_a_year_after_its_sign_in(self, client: Client, sam: Sam) -> None:
        """However often it is refreshed (ASVS 7.3.2)."""
        token = sam.session["refreshToken"]
        for _ in range(18):
            client.clock.forward(days=20)
            token = (await client.refresh(token))["refreshToken"]
        client.clock.forward(days=4, hours=23)
        last = await client.refresh(token)
        assert last["refreshExpiresAt"] == "2027-11-16T18:00:00Z"
        client.clock.forward(hours=1)
        assert (await client.refresh(last["refreshToken"]))["reason"] == "SESSION_EXPIRED"

    async def test_signing_out_ends_this_session_at_once(
        self, client: Client, sam: Sam, owner: AsyncConnection
    ) -> None:
        other = await client.sign_in("sam@gym.example", portal="STAFF")
        office = client.having(sam.session["accessToken"])
        assert await office.ask(SIGN_OUT, everywhere=False) == {"signOut": {"endedSessions": 1}}
        assert await office.code(VIEWER) == "UNAUTHENTICATED"
        assert (await client.refresh(sam.session["refreshToken"]))["reason"] == "SESSION_ENDED"
        assert (await client.having(other["accessToken"]).viewer())["portal"] == "STAFF"

    async def test_signing_out_everywhere_ends_ones_own_alone(
        self, client: Client, sam: Sam, world: World, owner: AsyncConnection
    ) -> None:
        await world.staff(Permission.OWNER, email="tom@gym.example", password_hash=PASSWORD_HASH)
        await client.sign_in("tom@gym.example")
        await client.sign_in("sam@gym.example")
        office = client.having(sam.session["accessToken"])
        assert await office.ask(SIGN_OUT, everywhere=True) == {"signOut": {"endedSessions": 2}}
        assert await open_sign_ins(owner) == 1

    async def test_signing_out_needs_a_credential(self, client: Client) -> None:
        assert await client.code(SIGN_OUT_EVERYWHERE) == "UNAUTHENTICATED"

    async def test_only_digests_are_stored(self, client: Client, sam: Sam, owner: AsyncConnection) -> None:
        row = (await owner.execute(select(models.SignIn.__table__))).one()
        secret = sam.session["refreshToken"].split(".")[2]
        assert len(row.refresh_hash) == 32
        assert secret not in str(tuple(row))


def test_the_key_is_not_the_secret_itself() -> None:
    tokens = AccessTokens(SECRET, lambda: NOON, 900)
    assert tokens._key != SECRET.encode()
    assert len(tokens._key) == 32
