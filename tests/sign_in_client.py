"""The application with what signing in needs, served in this process, and a client that speaks GraphQL to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import strawberry
from redis.asyncio import Redis

from attendance.actions.organization.passwords import Passwords
from db.engine import Database
from db.wake_ups import Announcer, connect_redis
from gql.app import assemble
from gql.fields.context import make_context
from gql.fields.scalars import schema_config
from gql.fields.user_errors import declared_refusals
from gql.live.sheet_changes import SheetHub
from gql.organization import refresh_session, sign_in, sign_out
from gql.organization import viewer_query as viewer
from gql.protocol.edge import Edge
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations
from gql.services import Services, make_authenticate, make_services
from settings import Settings, load_settings
from tests.support.hashing import HASHER

NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)
SECRET = "a secret of the tests that is long enough for everybody"
PASSWORD = "correct horse"
PASSWORD_HASH = HASHER.hash(PASSWORD)

SIGN_IN = """mutation($input: SignInInput!) { signIn(input: $input) {
  __typename
  ... on SignInSuccess { accessToken expiresAt refreshToken refreshExpiresAt viewer { __typename } }
  ... on UserError { message }
  ... on SignInRefused { reason }
  ... on OrganizationChoiceRequired { organizations { organizationId name } }
} }"""
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


@strawberry.type
class Query:
    viewer = viewer.field


@strawberry.type
class Mutation:
    sign_in = sign_in.field
    refresh_session = refresh_session.field
    sign_out = sign_out.field


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Client:
    """Sends operations; `token` is sent along as the bearer's."""

    http: httpx.AsyncClient
    services: Services
    clock: Clock
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def having(self, token: str | None) -> "Client":
        return replace(self, token=token)

    async def send(self, query: str, variables: Mapping[str, Any] | None = None) -> httpx.Response:
        headers = dict(self.headers)
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        return await self.http.post("/graphql", json={"query": query, "variables": variables or {}}, headers=headers)

    async def ask(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        body = (await self.send(query, variables)).json()
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def code(self, query: str, variables: Mapping[str, Any] | None = None) -> str:
        """The code of the only error of an answer without any data."""
        body = (await self.send(query, variables)).json()
        assert not any((body.get("data") or {}).values()), body
        (error,) = body["errors"]
        return str(error["extensions"]["code"])

    async def sign_in(self, email: str, password: str = PASSWORD, portal: str = "OFFICE", **more: Any) -> Any:
        """What signIn answered."""
        given = {"email": email, "password": password, "portal": portal, **more}
        return (await self.ask(SIGN_IN, {"input": given}))["signIn"]

    async def refresh(self, token: str) -> Any:
        return (await self.ask(REFRESH, {"token": token}))["refreshSession"]

    async def viewer(self) -> Any:
        return (await self.ask(VIEWER))["viewer"]


def test_settings(**given: Any) -> Settings:
    required = {"database_url": "postgresql://here/rollbook", "redis_url": "redis://here", "secret": SECRET}
    return load_settings(**(required | given))


test_settings.__test__ = False  # type: ignore[attr-defined]


@asynccontextmanager
async def serving(database: Database, redis: Redis, settings: Settings | None = None) -> AsyncIterator[Client]:
    """A client of an application that stands on this database."""
    settings = settings or test_settings()
    clock = Clock()
    services = make_services(
        settings,
        database=database,
        announcer=Announcer(),
        redis=redis,
        clock=clock,
        hub=SheetHub(database),
        passwords=Passwords(HASHER),
    )
    schema = strawberry.Schema(
        query=Query, mutation=Mutation, config=schema_config(), exception_handlers=declared_refusals()
    )
    edge = Edge(
        operations=Operations(schema, GuardLimits()),
        authenticate=make_authenticate(settings, services),
        make_context=partial(make_context, services),
        clock=clock,
    )
    transport = httpx.ASGITransport(assemble(edge))
    async with httpx.AsyncClient(transport=transport, base_url="http://rollbook.test") as http:
        yield Client(http, services, clock)
    services.passwords.close()


@asynccontextmanager
async def redis_at(url: str) -> AsyncIterator[Redis]:
    redis = connect_redis(url)
    yield redis
    await redis.aclose()
