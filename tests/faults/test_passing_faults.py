"""R16.3: faults of a real database that pass by themselves are UNAVAILABLE.

The same mutation with the same idempotency key does the change then, once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission
from clock import wall_clock
from commands.servers.process import free_port
from db.engine import Database, create_engine
from db.history import ask_history
from db.limits import Limits
from db.passing import passes_after
from gql.fields.global_ids import encode_id
from tests.faults.test_frozen_holder import held_mark, waiting_for
from tests.support.api import Api, serving
from tests.support.audit import assert_sound
from tests.support.documents import mutation
from tests.support.factories import Lesson, World
from tests.support.viewers import DURING_CLASS

SUBMIT = mutation("submitAttendance", "occurrence { revision }")
LIMITS = Limits(lock=0.3, idle=5, pool=0.3)


@dataclass
class Class:
    """One student, marked PRESENT at revision 1, whom an owner marks TARDY."""

    world: World
    lesson: Lesson
    student: str
    student_id: Any

    async def submit(self, api: Api, status: str = "TARDY") -> httpx.Response:
        marks = [{"studentId": self.student, "status": status}]
        given = {"occurrenceId": self.lesson.sheet_id(), "marks": marks, "idempotencyKey": f"key {status}"}
        return await api.post(SUBMIT, input=given)


@asynccontextmanager
async def api_over(url: str, world: World, pool_size: int = 2, limits: Limits = LIMITS) -> AsyncIterator[Api]:
    """The API over connections of its own, signed in as an owner."""
    database = Database(create_engine(url, pool_size=pool_size, limits=limits))
    try:
        async with serving(database) as api:
            api.clock.now = DURING_CLASS
            yield await api.as_staff(world, Permission.OWNER)
    finally:
        await database.close()


@pytest.fixture
async def marked(world: World, database_url: str) -> AsyncIterator[Class]:
    await world.change_settings(tokens_enabled=False)
    lesson = await world.weekly_class()
    student = await world.student()
    await world.enroll(student, lesson.offering_id)
    found = Class(world, lesson, encode_id("Student", student), student)
    async with api_over(database_url, world) as api:
        assert revision(await found.submit(api, "PRESENT")) == 1
    yield found
    await assert_sound(world, now=wall_clock())


def revision(answer: httpx.Response) -> int:
    assert answer.status_code == 200, answer.text
    found: int = answer.json()["data"]["submitAttendance"]["occurrence"]["revision"]
    return found


def retry_after(answer: httpx.Response) -> int:
    assert answer.status_code == 503, answer.text
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
    found: int = error["extensions"]["retryAfter"]
    return found


async def test_R16_3_a_lock_that_is_held_too_long(marked: Class, database_url: str) -> None:
    async with api_over(database_url, marked.world) as api:
        async with held_mark(database_url, marked.student_id):
            assert retry_after(await marked.submit(api)) == 1
        assert [revision(await marked.submit(api)) for _ in range(2)] == [2, 2]


async def test_R16_3_a_connection_that_the_server_ends(marked: Class, database_url: str) -> None:
    async with api_over(database_url, marked.world, limits=Limits(lock=30)) as api:
        async with held_mark(database_url, marked.student_id) as holder:
            asked = asyncio.create_task(marked.submit(api))
            async with asyncio.timeout(20):
                while (pid := await waiting_for(holder)) is None:
                    await asyncio.sleep(0.01)
            await holder.execute("SELECT pg_terminate_backend($1)", pid)
            assert retry_after(await asked) == 5
        assert [revision(await marked.submit(api)) for _ in range(2)] == [2, 2]


async def test_R16_3_a_pool_without_a_free_connection(marked: Class, database_url: str) -> None:
    async with api_over(database_url, marked.world, pool_size=1) as api:
        async with api.services.database.engine.connect():
            assert retry_after(await marked.submit(api)) == 5
            assert retry_after(await api.post("{ settings { classes { officeCheckInMode } } }")) == 5
        assert revision(await marked.submit(api)) == 2


async def test_R16_3_a_database_that_refuses_connections(marked: Class, database_url: str) -> None:
    away = make_url(database_url).set(host="127.0.0.1", port=free_port()).render_as_string(hide_password=False)
    async with api_over(away, marked.world) as api:
        assert retry_after(await marked.submit(api)) == 5
        assert retry_after(await api.post("{ viewer { __typename } }")) == 5


@dataclass
class Proxy:
    """Passes bytes on between a client and the database until it is cut.

    url -- the database's address through it
    hides_ends -- whether a client is not told that the database has ended its connection
    """

    url: str
    hides_ends: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


@asynccontextmanager
async def proxy_to(database_url: str) -> AsyncIterator[Proxy]:
    url = make_url(database_url)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except OSError:
            pass
        finally:
            if not proxy.hides_ends:
                writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(url.host, url.port)
        proxy.writers += [writer, inner_writer]
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    through = url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    proxy = Proxy(through.render_as_string(hide_password=False))
    try:
        yield proxy
    finally:
        proxy.cut()
        server.close()


async def test_R16_3_a_connection_that_is_cut_on_the_way(marked: Class, database_url: str) -> None:
    async with proxy_to(database_url) as proxy, api_over(proxy.url, marked.world, limits=Limits(lock=30)) as api:
        async with held_mark(database_url, marked.student_id) as holder:
            asked = asyncio.create_task(marked.submit(api))
            async with asyncio.timeout(20):
                while await waiting_for(holder) is None:
                    await asyncio.sleep(0.01)
            proxy.cut()
            assert retry_after(await asked) == 5
        assert [revision(await marked.submit(api)) for _ in range(2)] == [2, 2]


async def test_R16_3_a_connection_of_whose_end_only_the_reason_has_arrived(marked: Class, database_url: str) -> None:
    """The server says why it ends a connection, and the end itself can arrive later."""
    async with proxy_to(database_url) as proxy, api_over(proxy.url, marked.world, pool_size=1) as api:
        assert revision(await marked.submit(api)) == 2
        async with api.services.database.engine.connect() as idle:
            await end_connection((await idle.get_raw_connection()).driver_connection, proxy, database_url)
        assert retry_after(await marked.submit(api, "ABSENT")) == 5
        assert revision(await marked.submit(api, "ABSENT")) == 3


@pytest.mark.parametrize("is_told", [False, True])
async def test_R16_3_a_connection_that_ends_before_its_first_statement(database_url: str, is_told: bool) -> None:
    """Each new connection is asked for its history first, on the driver. `is_told`: the end itself has arrived, too."""
    async with proxy_to(database_url) as proxy:
        new = await asyncpg.connect(proxy.url.replace("+asyncpg", ""))
        await end_connection(new, proxy, database_url)
        if is_told:
            proxy.cut()
            async with asyncio.timeout(20):
                while not new.is_closed():
                    await asyncio.sleep(0.01)
        with pytest.raises(asyncpg.InterfaceError if is_told else asyncpg.InternalClientError) as caught:
            await ask_history(new)
        assert passes_after(caught.value) == 5


async def end_connection(idle: Any, proxy: Proxy, database_url: str) -> None:
    proxy.hides_ends = True
    other = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    await other.execute("SELECT pg_terminate_backend($1, 20000)", idle.get_server_pid())
    await other.close()
    # It reads the reason from its socket.
    await asyncio.sleep(0.2)
    assert not idle.is_closed()
    proxy.hides_ends = False


@pytest.mark.parametrize(
    ("states", "seconds"),
    [
        (("40001", "40P01", "55P03"), 1),
        (("08006", "25P03", "3D000", "53100", "53200", "53300", "57014", "57P01", "57P03", "58030"), 5),
        (("22P02", "23505", "23514", "25006", "42501", "42703", "P0001", "XX000"), None),
    ],
)
async def test_R16_3_the_code_of_the_server_decides(
    owner: AsyncConnection, states: tuple[str, ...], seconds: int | None
) -> None:
    for state in states:
        with pytest.raises(DBAPIError) as caught:
            await owner.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'as asked' USING ERRCODE = '{state}'; END $$"))
        assert passes_after(caught.value) == seconds, state


def test_R16_3_a_fault_of_ours_does_not_pass() -> None:
    for fault in (ValueError("x"), FileNotFoundError(2, "x"), KeyError("x"), PermissionError(13, "x")):
        assert passes_after(fault) is None
    group = ExceptionGroup("both", [TimeoutError(), ConnectionResetError()])
    assert passes_after(group) == 5
    assert passes_after(ExceptionGroup("both", [group, ValueError()])) is None
