"""The whole schema served in this process, and clients of it that are signed in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
from redis.asyncio import Redis

from attendance.actions.organization.passwords import Passwords
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.wake_ups import Announcer
from gql.app import assemble
from gql.fields.context import make_context
from gql.fields.global_ids import encode_id
from gql.live.sheet_changes import SheetHub
from gql.protocol.edge import Edge
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations
from gql.schema import the_schema
from gql.services import Services, make_authenticate, make_services
from settings import Settings, load_settings
from tests.support.documents import mutation
from tests.support.each_statement import counting
from tests.support.factories import MONDAY, Lesson, World
from tests.support.hashing import HASHER

SECRET = "a secret of the tests that is long enough for everybody"
EVENING = datetime(2026, 11, 17, 3, tzinfo=UTC)
"""Monday 16 November 2026, 21:00 in Chicago: after the day's classes."""

SCHEMA = the_schema()
OPERATIONS = Operations(SCHEMA, GuardLimits())
"""Depends on the schema alone. To read and to validate a document takes longer than to answer it, so each document is
read once in a test process.
"""


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = EVENING

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """By a timedelta of these."""
        self.now += timedelta(**by)


@dataclass
class Api:
    """Sends operations as whoever `token` says. `statements` are those that the API ran since they were cleared."""

    http: httpx.AsyncClient
    services: Services
    clock: Clock
    token: str | None = None
    statements: list[str] = field(default_factory=list)

    async def post(self, query: str, **variables: Any) -> httpx.Response:
        headers = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        return await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def send(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        body: dict[str, Any] = (await self.post(query, **variables)).json()
        return body

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = await self.send(query, **variables)
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    async def act(self, name: str, success: str = "", /, **given: Any) -> dict[str, Any]:
        """What a mutation answers: of its success the fields that are named, of a refusal all facts."""
        answer: dict[str, Any] = (await self.ask(mutation(name, success), input=given))[name]
        return answer

    async def submit(
        self,
        lesson: Lesson,
        statuses: Mapping[UUID, str | None],
        held_on: date = MONDAY,
        *,
        shown: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """What submitAttendance answers; `shown` of its success."""
        marks = [{"studentId": encode_id("Student", student), "status": status} for student, status in statuses.items()]
        return await self.act("submitAttendance", shown, occurrenceId=lesson.sheet_id(held_on), marks=marks, **more)

    async def occurrence(self, occurrence_id: str, fields: str) -> dict[str, Any]:
        query = f"query($id: ID!) {{ occurrence(id: $id) {{ {fields} }} }}"
        return (await self.ask(query, id=occurrence_id))["occurrence"]  # type: ignore[no-any-return]

    async def tokens(self, student_id: UUID, fields: str) -> list[dict[str, Any]]:
        """Makeup tokens of the student, a hundred at most."""
        query = f"query($id: ID!) {{ student(id: $id) {{ makeupTokens(first: 100) {{ nodes {{ {fields} }} }} }} }}"
        found = await self.ask(query, id=encode_id("Student", student_id))
        return found["student"]["makeupTokens"]["nodes"]  # type: ignore[no-any-return]

    async def refused(self, query: str, **variables: Any) -> tuple[str, str]:
        """Code and message of the only error."""
        body = await self.send(query, **variables)
        (error,) = body["errors"]
        return error["extensions"]["code"], error["message"]

    async def as_staff(
        self, world: World, *permissions: Permission, portal: Portal = Portal.OFFICE, person_id: UUID | None = None
    ) -> "Api":
        """Signed in as the person, or as a new one with the permissions."""
        return await self.signed_in(world, person_id or await world.staff(*permissions), portal)

    async def signed_in(
        self, world: World, person_id: UUID, portal: Portal, *, lasting: timedelta | None = None
    ) -> "Api":
        """For as long as access tokens are good, unless the clock is to make leaps."""
        now, tokens = self.clock.now, self.services.access_tokens
        expires_at = tokens.expiry(now) if lasting is None else now + lasting
        claims = await world.sign_in(person_id, portal, now, expires_at)
        # A test may move its clock back.
        return replace(self, token=tokens.sign(claims, now - timedelta(days=365)))


def settings_with(**given: Any) -> Settings:
    """What an entry point would have read, with the fields that are given."""
    required = {"database_url": "postgresql://here/rollbook", "redis_url": "redis://here", "secret": SECRET}
    return load_settings(**(required | given))


SETTINGS = settings_with()


@asynccontextmanager
async def serving(
    database: Database,
    *,
    announcer: Announcer | None = None,
    hub: SheetHub | None = None,
    redis: Redis | None = None,
    settings: Settings | None = None,
) -> AsyncIterator[Api]:
    """Without Redis unless it is given. `hub` is for subscriptions; `announcer` tells it."""
    settings = settings or SETTINGS
    clock = Clock()
    services = make_services(
        settings,
        database=database,
        announcer=announcer or Announcer(),
        redis=redis or Redis(),
        clock=clock,
        hub=hub or SheetHub(database),
        passwords=Passwords(HASHER),
    )
    # Rows of the security log are written when a test asks for it, so that they are no statement of another request.
    services.security_log.pause = 3600
    edge = Edge(
        operations=OPERATIONS,
        authenticate=make_authenticate(settings, services),
        make_context=partial(make_context, services),
        clock=clock,
    )
    transport = httpx.ASGITransport(assemble(edge))
    statements: list[str] = []
    with counting(database, statements):
        async with httpx.AsyncClient(transport=transport, base_url="http://rollbook.test") as http:
            yield Api(http, services, clock, statements=statements)
    services.security_log.stop()
    services.passwords.close()


def at(path: str, data: Mapping[str, Any]) -> Any:
    """What lies at a dotted path."""
    found: Any = data
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found[step]
    return found
