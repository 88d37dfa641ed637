"""Real API processes, who calls them, and a Redis-compatible server that may be killed."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from attendance.rules.vocabulary import Permission, Portal
from commands.servers.process import free_port, spawn
from commands.servers.valkey import find_program
from gql.services import make_access_tokens
from settings import load_settings
from tests.support.factories import World
from tests.support.processes import SECRET, Process, api, forked, program_environment

PATIENCE = 20.0


@dataclass
class ApiProcess:
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
        async with httpx.AsyncClient(verify=False) as client:
            text = (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))


@asynccontextmanager
async def api_process(
    database_url: str, redis_url: str, *, port: int = 0, **settings: Any
) -> AsyncIterator[ApiProcess]:
    """`rollbook.py api` on a free port, ended with SIGTERM at the end of the block.

    settings -- fields of settings.Settings.
    """
    port = port or free_port()
    environment = program_environment(database_url, redis_url, **({"graceful_timeout": 2} | settings))
    with forked(api, port, environment=environment) as process:
        try:
            await until(lambda: process.poll() is not None or answers(port), 3 * PATIENCE)
            assert process.poll() is None, process.said()
            yield ApiProcess(process, port)
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


async def ask(api: ApiProcess, token: str, query: str, **variables: Any) -> Any:
    """The data of a query or mutation; its errors fail the test."""
    async with httpx.AsyncClient(verify=False, timeout=PATIENCE) as client:
        body = {"query": query, "variables": variables}
        answer = (await client.post(api.http, json=body, headers={"authorization": f"Bearer {token}"})).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def sign_in(world: World, person_id: UUID, portal: Portal = Portal.OFFICE, lifetime: float = 3600.0) -> str:
    """An access token for the person, with the sign-in behind it."""
    now = datetime.now(UTC)
    settings = load_settings(database_url="postgresql://nobody/nothing", redis_url="redis://nobody", secret=SECRET)
    tokens = make_access_tokens(settings, lambda: datetime.now(UTC))
    expires_at = (now + timedelta(seconds=lifetime)).replace(microsecond=0)
    claims = await world.sign_in(person_id, portal, now, expires_at)
    # The clock of the process may be moved back.
    return tokens.sign(claims, now - timedelta(days=365))


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
    async with httpx.AsyncClient(verify=False) as client:
        try:
            return (await client.get(f"http://127.0.0.1:{port}/health/live")).status_code == 200
        except httpx.TransportError:
            return False
