"""A client that signs in, refreshes its session and asks who it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from db.engine import Database
from db.wake_ups import connect_redis
from settings import Settings
from tests.support.api import Api, serving
from tests.support.documents import mutation
from tests.support.hashing import HASHER

NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)
PASSWORD = "correct horse"
PASSWORD_HASH = HASHER.hash(PASSWORD)

SIGN_IN = mutation("signIn", "accessToken expiresAt refreshToken refreshExpiresAt viewer { __typename }")
REFRESH = """mutation($token: String!) { refreshSession(input: {refreshToken: $token}) {
  __typename ... on SignInSuccess { accessToken expiresAt refreshToken refreshExpiresAt viewer { __typename } }
  ... on SignInRefused { reason message }
} }"""
SIGN_OUT = """mutation($everywhere: Boolean!) { signOut(input: {everywhere: $everywhere}) {
  ... on SignOutSuccess { endedSessions }
} }"""
VIEWER = """{ viewer { __typename
  ... on StaffViewer { name email portal permissions staffMember { id firstName } organization { id name currency } }
  ... on GuardianViewer { name email portal organization { name } }
  ... on KioskViewer { name portal }
} }"""


@dataclass
class Client(Api):
    def having(self, token: str | None) -> "Client":
        return replace(self, token=token)

    async def code(self, query: str, **variables: Any) -> str:
        """The code of the only error of an answer without any data."""
        body = await self.send(query, **variables)
        assert not any((body.get("data") or {}).values()), body
        (error,) = body["errors"]
        return str(error["extensions"]["code"])

    async def sign_in(self, email: str, password: str = PASSWORD, portal: str = "OFFICE", **more: Any) -> Any:
        """What signIn answered."""
        given = {"email": email, "password": password, "portal": portal, **more}
        return (await self.ask(SIGN_IN, input=given))["signIn"]

    async def refresh(self, token: str) -> Any:
        return (await self.ask(REFRESH, token=token))["refreshSession"]

    async def viewer(self) -> Any:
        return (await self.ask(VIEWER))["viewer"]


@asynccontextmanager
async def sign_in_client(database: Database, redis_url: str, settings: Settings | None = None) -> AsyncIterator[Client]:
    """At NOON."""
    async with connect_redis(redis_url) as redis, serving(database, redis=redis, settings=settings) as api:
        api.clock.now = NOON
        yield Client(**vars(api))
