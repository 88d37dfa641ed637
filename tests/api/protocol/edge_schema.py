"""A small schema, a fake sign-in and a real server for the tests of the edge's protocols."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

import httpx
import strawberry
import uvicorn
import uvloop

from db.passing import passes_after
from gql.app import assemble
from gql.fields.scalars import Money, schema_config
from gql.protocol.edge import Edge
from gql.protocol.errors import (
    BadInput,
    CredentialExpired,
    NotAuthenticated,
    NotFound,
    Unavailable,
    answer_as_unavailable,
)
from gql.protocol.guard import GuardLimits, weighs
from gql.protocol.operations import Operations
from gql.protocol.uvicorn_internals import Server, SocketProtocol


@dataclass
class World:
    """What the resolvers did, seen from the tests."""

    written: int = 0
    ran: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    open_streams: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Context:
    world: World
    credential: Any
    request_id: str


@strawberry.type
class Thing:
    name: str
    score: int = 1

    @strawberry.field
    def next(self) -> "Thing":
        return Thing(name=self.name + "'")

    @strawberry.field
    def away(self) -> str:
        raise ConnectionRefusedError("10.0.0.7 refuses")

    @strawberry.field
    def parts(self) -> list["Thing"]:
        return [Thing(name="part")]

    @strawberry.field(metadata=weighs(40))  # type: ignore[untyped-decorator]
    def heavy(self) -> int:
        return 1

    @strawberry.field(metadata=weighs(each=7))  # type: ignore[untyped-decorator]
    def heavy_parts(self) -> list["Thing"]:
        return [Thing(name="part")]


@strawberry.type
class ThingConnection:
    nodes: list[Thing]


@strawberry.input
class NoteInput:
    text: str


def world_of(info: strawberry.Info) -> World:
    world: World = info.context.world
    return world


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.type
class Query:
    @strawberry.field
    def paint(self, colour: Colour | None = None) -> str:
        return str(colour)

    @strawberry.field
    def maybe(self, number: strawberry.Maybe[int], names: strawberry.Maybe[list[str]]) -> str | None:
        return f"{number} {names}"

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def thing(self) -> Thing:
        return Thing(name="it")

    @strawberry.field
    def pick(self, ids: list[strawberry.ID]) -> list[Thing]:
        return [Thing(name=it) for it in ids]

    @strawberry.field
    def things(self, first: int | None = None) -> ThingConnection:
        return ThingConnection(nodes=[Thing(name=str(n)) for n in range(min(first or 2, 3))])

    @strawberry.field
    def who(self, info: strawberry.Info) -> str | None:
        credential = info.context.credential
        return credential.name if credential else None

    @strawberry.field
    def request_id(self, info: strawberry.Info) -> str:
        return str(info.context.request_id)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("the password is hunter2")

    @strawberry.field
    def away(self) -> str | None:
        raise ConnectionRefusedError("10.0.0.7 refuses")

    @strawberry.field
    def wrong_kind(self) -> int | None:
        return "no number"  # type: ignore[return-value]

    @strawberry.field
    def missing(self) -> str | None:
        raise NotFound("No such thing.")

    @strawberry.field
    def refused(self) -> str | None:
        raise BadInput('Argument "id" is not an id of a thing.')

    @strawberry.field
    async def slow(self, info: strawberry.Info) -> str:
        world = world_of(info)
        world.ran.append("slow")
        try:
            await world.release.wait()
        except asyncio.CancelledError:
            world.cancelled.append("slow")
            raise
        return "done"

    @strawberry.field
    def day(self, on: date) -> date:
        return on

    @strawberry.field
    def instant(self, at: datetime) -> datetime:
        return at

    @strawberry.field
    def naive(self) -> datetime | None:
        return datetime(2026, 1, 1)  # noqa: DTZ001

    @strawberry.field
    def amount(self, of: Money) -> Money:
        return of

    @strawberry.field
    def total(self) -> Money:
        return Money(Decimal("1E+2"))


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self, info: strawberry.Info, input: NoteInput | None = None) -> int:
        world = world_of(info)
        world.written += 1
        return world.written

    @strawberry.mutation
    def write_away(self) -> int | None:
        raise ConnectionRefusedError("10.0.0.7 refuses")

    @strawberry.mutation
    def write_thing(self, info: strawberry.Info) -> Thing | None:
        world_of(info).written += 1
        return Thing(name="written")

    @strawberry.mutation
    async def slow_write(self, info: strawberry.Info) -> int:
        world = world_of(info)
        world.ran.append("slow_write")
        await world.release.wait()
        world.written += 1
        return world.written


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: strawberry.Info, to: int = 3) -> AsyncIterator[int]:
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def forever(self, info: strawberry.Info) -> AsyncIterator[int]:
        world = world_of(info)
        world.open_streams += 1
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            world.open_streams -= 1

    @strawberry.subscription
    async def flood(self, info: strawberry.Info) -> AsyncIterator[str]:
        world = world_of(info)
        world.open_streams += 1
        try:
            while True:
                yield "x" * 65536
        finally:
            world.open_streams -= 1

    @strawberry.subscription
    async def forbidden(self) -> AsyncIterator[int]:
        raise NotAuthenticated("Sign in first.")
        yield 1

    @strawberry.subscription
    async def away(self, after: int = 1) -> AsyncIterator[int]:
        for number in range(after):
            yield number
        raise ConnectionRefusedError("10.0.0.7 refuses")

    @strawberry.subscription
    async def failing(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("the password is hunter2")


@dataclass
class Person:
    name: str
    expires_at: datetime

    @property
    def holder(self) -> str:
        return self.name

    @property
    def tenant(self) -> str:
        """`Bearer <name>@<tenant>`; a name without one is its own tenant."""
        return self.name.partition("@")[2] or self.name


async def authenticate(authorization: str | None) -> Person | None:
    """`Bearer <name>` for an hour, `Bearer <name>/<seconds>` for less; `old` has expired, `bad` is forged."""
    if authorization is None:
        return None
    name, _, seconds = authorization.removeprefix("Bearer ").partition("/")
    if name == "old":
        raise CredentialExpired("The token has expired.")
    if name == "bad":
        raise NotAuthenticated("The token is not valid.")
    if name == "fault":
        raise RuntimeError("the sign-in is down")
    if name == "away":
        raise ConnectionRefusedError("10.0.0.7 refuses")
    if name == "overload":
        raise Unavailable("Too many requests wait.", retry_after=7)
    return Person(name, datetime.now(UTC) + timedelta(seconds=float(seconds or 3600)))


def make_edge(world: World, *, guard: GuardLimits | None = None, **options: Any) -> Edge:
    schema = strawberry.Schema(Query, Mutation, Subscription, config=schema_config())
    answer_as_unavailable(passes_after)

    async def make_context(credential: Person | None, request_id: str, address: str, agent: str) -> Context:
        return Context(world, credential, request_id)

    return Edge(
        Operations(schema, guard or GuardLimits()),
        authenticate,
        make_context,
        clock=lambda: datetime.now(UTC),
        **({"open_to_anonymous": True, "explorer": True} | options),
    )


@dataclass
class Running:
    """A real uvicorn server in a thread of its own."""

    world: World
    port: int
    server: Server
    thread: threading.Thread
    loop: asyncio.AbstractEventLoop
    client: httpx.Client

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def release(self) -> None:
        """Let the slow resolvers go on."""
        self.loop.call_soon_threadsafe(self.world.release.set)

    def stop(self) -> None:
        self.server.should_exit = True


@contextmanager
def running(serving: dict[str, Any] | None = None, **options: Any) -> Iterator[Running]:
    world = World()
    app = assemble(make_edge(world, **options))
    given = {"port": 0, "lifespan": "off", "timeout_graceful_shutdown": 3} | (serving or {})
    fixed: dict[str, Any] = {
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "ws_per_message_deflate": False,
    }
    server = Server(uvicorn.Config(app, ws=SocketProtocol, **(fixed | given)), app.state.drain)
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server._serve()

    thread = threading.Thread(target=lambda: uvloop.run(serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(verify=False) as client:
            yield Running(world, port, server, thread, loops[0], client)
    finally:
        loops[0].call_soon_threadsafe(world.release.set) if thread.is_alive() else None
        server.should_exit = True
        thread.join(10)
