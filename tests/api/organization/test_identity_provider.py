"""Tokens of an external identity provider, whose keys come from a real HTTP server."""

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from gql.credentials.access_tokens import AccessTokens
from gql.credentials.authenticate import Authenticate
from gql.credentials.identity_provider import KeyTimes, Provider, ProviderAway, ProviderTokens, SigningKeys
from gql.protocol.errors import CredentialExpired, NotAuthenticated
from tests.api.organization.sign_in_client import NOON, SIGN_OUT, VIEWER, Client, sign_in_client
from tests.support.api import SECRET, settings_with
from tests.support.factories import World, new_world

pytestmark = pytest.mark.emptied_database

RSA = rsa.generate_private_key(65537, 2048)
OTHER_RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ISSUER = "https://login.example/"
AUDIENCE = "rollbook"
ORGANIZATION = "01a1ffd0-dac2-74e8-bccf-9201579282e2"


@dataclass
class Keys:
    """The provider's page of keys."""

    url: str = ""
    served: int = 0
    is_up: bool = True
    keys: dict[str, Any] = field(default_factory=dict)

    def page(self) -> bytes:
        return orjson.dumps({"keys": [as_jwk(key) | {"kid": name, "use": "sig"} for name, key in self.keys.items()]})


def as_jwk(key: Any) -> dict[str, Any]:
    if isinstance(key, bytes):
        return {"kty": "oct", "k": jwt.utils.base64url_encode(key).decode(), "alg": "HS256"}
    if isinstance(key, rsa.RSAPrivateKey):
        return jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "RS256"}
    return jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"alg": "ES256"}


@pytest.fixture
def keys() -> Iterator[Keys]:
    served = Keys(keys={"r": RSA, "e": EC})

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.served += 1
            body = served.page()
            self.send_response(200 if served.is_up else 503)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_port}/keys"
    yield served
    server.shutdown()
    server.server_close()


@dataclass
class Seconds:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def payload(**changed: Any) -> dict[str, Any]:
    issued = int(NOON.timestamp())
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + 600,
        "sub": "auth|7",
        "email": "Sam@Gym.example",
        "email_verified": True,
        "rollbook_organization": ORGANIZATION,
        "rollbook_portal": "OFFICE",
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def bearer(key: Any = RSA, algorithm: str = "RS256", key_id: str | None = "r", **changed: Any) -> str:
    headers = None if key_id is None else {"kid": key_id}
    return "Bearer " + jwt.encode(payload(**changed), key, algorithm, headers=headers)


def authenticator(keys: Keys, seconds: Seconds | None = None) -> Authenticate:
    tokens = AccessTokens(SECRET, lambda: NOON, 900)
    signing = SigningKeys(keys.url, KeyTimes(timeout=2), seconds or Seconds())
    return Authenticate(tokens, ProviderTokens(Provider(keys.url, ISSUER, AUDIENCE), signing, lambda: NOON))


async def test_the_claims_become_a_caller(keys: Keys) -> None:
    check = authenticator(keys)
    for token in (bearer(), bearer(EC, "ES256", "e")):
        claims = await check(token)
        assert isinstance(claims, Claims)
        assert str(claims.organization_id) == ORGANIZATION
        assert (claims.portal, claims.email, claims.person_id) == (Portal.OFFICE, "Sam@Gym.example", None)
        assert int(claims.expires_at.timestamp()) == int(NOON.timestamp()) + 600
    assert keys.served == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elsewhere.example/"},
        {"aud": "another"},
        {"exp": None},
        {"sub": None},
        {"email": None},
        {"email": ""},
        {"email": ["sam@gym.example"]},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"rollbook_organization": None},
        {"rollbook_organization": "x"},
        {"rollbook_portal": None},
        {"rollbook_portal": "KIOSK"},
        {"rollbook_portal": "office"},
    ],
)
async def test_claims_that_are_refused(keys: Keys, changed: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        await authenticator(keys)(bearer(**changed))
    assert not isinstance(refused.value, CredentialExpired)


async def test_an_expired_one_is_told_apart(keys: Keys) -> None:
    with pytest.raises(CredentialExpired):
        await authenticator(keys)(bearer(exp=int(NOON.timestamp())))


async def test_signatures_that_are_refused(keys: Keys) -> None:
    keys.keys["symmetric"] = b"s" * 32
    check = authenticator(keys)
    public_key = str(RSA.public_key().public_numbers().n).encode()
    for token in (
        bearer(OTHER_RSA),
        bearer(EC, "ES256", "r"),
        bearer(key_id=None),
        bearer(key_id="unknown"),
        bearer("", "none"),
        bearer(RSA, "RS512"),
        bearer(b"s" * 32, "HS256", "symmetric"),
        bearer(public_key, "HS256", "r"),
    ):
        with pytest.raises(NotAuthenticated):
            await check(token)


async def test_without_a_provider_its_tokens_are_refused() -> None:
    with pytest.raises(NotAuthenticated):
        await Authenticate(AccessTokens(SECRET, lambda: NOON, 900))(bearer())


async def test_a_new_key_is_found_and_unknown_ones_are_asked_for_seldom(keys: Keys) -> None:
    seconds = Seconds()
    check = authenticator(keys, seconds)
    await check(bearer())
    keys.keys["new"] = OTHER_RSA
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            await check(bearer(OTHER_RSA, key_id="new"))
    assert keys.served == 1
    seconds.now += 30
    assert await check(bearer(OTHER_RSA, key_id="new"))
    assert keys.served == 2


async def test_a_withdrawn_key_is_refused_once_the_keys_are_renewed(keys: Keys) -> None:
    seconds = Seconds()
    check = authenticator(keys, seconds)
    await check(bearer())
    del keys.keys["r"]
    seconds.now += 600
    assert await check(bearer())
    seconds.now += 1
    with pytest.raises(NotAuthenticated):
        await check(bearer())


async def test_while_the_provider_is_away_known_keys_are_good_for_an_hour(keys: Keys) -> None:
    seconds = Seconds()
    check = authenticator(keys, seconds)
    await check(bearer())
    keys.is_up = False
    seconds.now += 3600
    assert await check(bearer())
    seconds.now += 1
    with pytest.raises(ProviderAway):
        await check(bearer())
    keys.is_up = True
    with pytest.raises(ProviderAway):
        await check(bearer())
    seconds.now += 30
    assert await check(bearer())


@pytest.fixture
async def client(database: Database, redis_url: str, keys: Keys) -> AsyncIterator[Client]:
    settings = settings_with(
        jwks_url=keys.url, jwks_issuer=ISSUER, jwks_audience=AUDIENCE, jwks_organization_claim="org_id"
    )
    async with sign_in_client(database, redis_url, settings) as client:
        yield client


async def test_its_holder_is_the_person_of_that_address(client: Client, world: World, owner: Any) -> None:
    await world.staff(Permission.STAFF_ATTENDANCE_FULL, email="sam@gym.example")
    other = await new_world(owner, name="Another Gym")

    def holding(**changed: Any) -> Client:
        given = {"org_id": str(world.organization_id), "rollbook_portal": "STAFF"} | changed
        return client.having(bearer(**given).removeprefix("Bearer "))

    viewer = await holding().viewer()
    assert (viewer["name"], viewer["portal"]) == ("Sam Staff", "STAFF")
    assert viewer["permissions"] == ["STAFF_ATTENDANCE_FULL", "STAFF_ATTENDANCE_VIEW"]
    assert await holding(rollbook_portal="OFFICE").code(VIEWER) == "FORBIDDEN"
    assert await holding(rollbook_portal="CUSTOMER").code(VIEWER) == "UNAUTHENTICATED"
    assert await holding(email="tom@gym.example").code(VIEWER) == "UNAUTHENTICATED"
    assert await holding(org_id=str(other.organization_id)).code(VIEWER) == "UNAUTHENTICATED"


async def test_its_session_is_not_kept_here(client: Client, world: World) -> None:
    await world.staff(Permission.OWNER, email="sam@gym.example")
    here = client.having(bearer(org_id=str(world.organization_id)).removeprefix("Bearer "))
    document = SIGN_OUT.replace("endedSessions }", "endedSessions } ... on NoSession { message }")
    assert await here.ask(document, everywhere=False) == {
        "signOut": {"message": "Your identity provider keeps this session; sign out there."}
    }
    assert await here.ask(document, everywhere=True) == {"signOut": {"endedSessions": 0}}
