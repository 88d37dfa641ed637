"""Real API processes and real clients of `rollSheetChanged`, for tests of what is delivered live."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Permission, Portal
from commands.servers.process import free_port, spawn
from commands.servers.valkey import find_program
from db import models
from gql.services import make_access_tokens
from settings import load_settings
from tests.support.factories import LONG_AGO, World
from tests.support.processes import SECRET, Process, api, forked, program_environment

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20.0

ENTRY = """
id student { id firstName } isSubdued
mark { status note isDefaulted source revision markedAt markedBy { __typename ... on StaffMember { id firstName } } }
indicators { kind detail }
"""
WATCH = f"""
subscription Watch($id: ID!, $after: Int) {{
  rollSheetChanged(occurrenceId: $id, afterRevision: $after) {{
    revision changedAt kind removedEntryIds
    occurrence {{ id revision attendanceState tally {{ present absent unmarked total }} }}
    entries {{ {ENTRY} }}
  }}
}}
"""
ROSTER = f"query Roster($id: ID!) {{ occurrence(id: $id) {{ revision roster {{ {ENTRY} }} }} }}"


@dataclass
class Api:
    """One API process. `kill` is SIGKILL."""

    process: Process | subprocess.Popen[bytes]
    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def figure(self, name: str) -> float:
        """A figure of /metrics by its full name."""
        async with httpx.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


@asynccontextmanager
async def api_process(database_url: str, redis_url: str, *, port: int = 0, **settings: float) -> AsyncIterator[Api]:
    """`rollbook.py api` on a free port, ended with SIGTERM at the end of the block.

    settings -- fields of settings.Settings.
    """
    port = port or free_port()
    environment = program_environment(database_url, redis_url, **({"graceful_timeout": 2} | settings))
    with forked(api, port, environment=environment) as process:
        try:
            await until(lambda: process.poll() is not None or answers(port), 3 * PATIENCE)
            assert process.poll() is None, process.said()
            yield Api(process, port)
        finally:
            await asyncio.to_thread(process.stop, signal.SIGTERM, 10)


@dataclass
class RedisServer:
    """A server of one test, which may be killed and started again at the same address."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        argv: list[str | Path] = [
            find_program(),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self.process = spawn(argv, death_signal=signal.SIGKILL, output=subprocess.DEVNULL)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Subscriber:
    """A client with one subscription to a roll sheet: what it was sent, and the roll sheet as it shows it."""

    socket: ClientConnection
    events: list[dict[str, Any]] = field(default_factory=list)
    sheet: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: list[dict[str, Any]] | None = None
    closed_with: int | None = None
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def revision(self) -> int:
        """Of the last event; 0 before any."""
        return self.events[-1]["revision"] if self.events else 0

    @property
    def revisions(self) -> list[int]:
        return [event["revision"] for event in self.events]

    @property
    def marks(self) -> dict[str, str | None]:
        """The status of each student by given name, as this client shows it."""
        return {row["student"]["firstName"]: row["mark"] and row["mark"]["status"] for row in self.sheet.values()}

    async def listen(self) -> None:
        try:
            async for text in self.socket:
                message = orjson.loads(text)
                if message["type"] == "next" and "errors" not in message["payload"]:
                    self._apply(message["payload"]["data"]["rollSheetChanged"])
                elif message["type"] == "next":
                    self.error = message["payload"]["errors"]
                elif message["type"] == "error":
                    self.error = message["payload"]
                    self.is_over.set()
                elif message["type"] == "complete":
                    self.is_over.set()
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        self.closed_with = self.socket.close_code
        self.is_over.set()
        async with self._news:
            self._news.notify_all()

    def _apply(self, event: dict[str, Any]) -> None:
        if event["kind"] == "SNAPSHOT":
            self.sheet.clear()
        for gone in event["removedEntryIds"]:
            self.sheet.pop(gone, None)
        self.sheet |= {entry["id"]: entry for entry in event["entries"]}
        self.events.append(event)

    async def reached(self, revision: int, seconds: float = PATIENCE) -> None:
        """Wait until the event of this revision has come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: self.revision >= revision or self.is_over.is_set())
        assert self.revision >= revision, (self.error, self.closed_with, self.revisions)

    async def heard(self, count: int, seconds: float = PATIENCE) -> None:
        """Wait until this many events have come."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.events) >= count or self.is_over.is_set())
        assert len(self.events) >= count, (self.error, self.closed_with, self.revisions)

    async def ended(self, seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            await self.is_over.wait()


@asynccontextmanager
async def subscriber(
    api: Api, token: str, occurrence: str, after: int | None = None, *, query: str = WATCH
) -> AsyncIterator[Subscriber]:
    async with connect(api.ws, subprotocols=["graphql-transport-ws"], max_size=None) as socket:  # type: ignore[list-item]
        await socket.send(orjson.dumps(init(token)).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": query, "variables": {"id": occurrence, "after": after}}
        await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
        client = Subscriber(socket)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


def init(token: str) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}


async def ask(api: Api, token: str, query: str, **variables: Any) -> Any:
    """The data of a query or mutation; its errors fail the test."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        body = {"query": query, "variables": variables}
        answer = (await client.post(api.http, json=body, headers={"authorization": f"Bearer {token}"})).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def fresh_sheet(api: Api, token: str, occurrence: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The revision and the rows by id, as a client that comes now would see them."""
    found = (await ask(api, token, ROSTER, id=occurrence))["occurrence"]
    return found["revision"], {row["id"]: row for row in found["roster"]}


async def sign_in(world: World, person_id: UUID, portal: Portal = Portal.OFFICE, lifetime: float = 3600.0) -> str:
    """An access token for the person, with the sign-in behind it."""
    now = datetime.now(UTC)
    sign_in_id = await world.add(
        models.SignIn,
        person_id=person_id,
        portal=portal,
        refresh_hash=os.urandom(32),
        created_at=LONG_AGO,
        expires_at=now + timedelta(days=1),
    )
    settings = load_settings(database_url="postgresql://nobody/nothing", redis_url="redis://nobody", secret=SECRET)
    tokens = make_access_tokens(settings, lambda: datetime.now(UTC))
    expires_at = (now + timedelta(seconds=lifetime)).replace(microsecond=0)
    claims = Claims(world.organization_id, portal, expires_at, person_id=person_id, sign_in_id=sign_in_id)
    return tokens.sign(claims, now)


async def office_token(world: World, *permissions: Permission) -> str:
    """Of a new staff member, by default one that may take attendance everywhere."""
    held = permissions or (Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL)
    return await sign_in(world, await world.staff(*held))


async def until(holds: Callable[[], Any], seconds: float) -> None:
    """Wait until `holds` (maybe a coroutine function) is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.05)


async def answers(port: int) -> bool:
    """Does a server there say that it lives?"""
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/health/live")).status_code == 200
        except httpx.TransportError:
            return False
