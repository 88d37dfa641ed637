"""A read ends whatever becomes of it, and the connection it had is as good as new (decision 26)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeAlias
from uuid import UUID

import anyio
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.driver import HotStatement, Snapshot
from db.engine import Database, create_engine, set_tenant
from db.put_off import waiting
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.live.patience import patiently
from tests.support.databases import pooled
from tests.support.factories import World, new_world
from tests.support.sizes import SIZES

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
NAMES = HotStatement("SELECT name, organization_id FROM location ORDER BY name")
ORGANIZATIONS = Snapshot("SELECT organization_id AS id, 1 AS one, 1 AS one FROM organization LIMIT :at_most")
NAP = HotStatement("SELECT pg_sleep(CAST(:seconds AS float8)) IS NULL AS slept")


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """The database of these tests, whose connections are ended and cut."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Database]:
    """With one connection: whatever a read leaves behind on it, the next to come finds."""
    async with pooled(database_url, 1) as database:
        yield database


EXCLAIM = HotStatement("UPDATE location l SET name = name || '!' WHERE l.organization_id = :organization_id")
CALM_DOWN = HotStatement("UPDATE location l SET name = rtrim(name, '!') WHERE l.organization_id = :organization_id")


async def test_whoever_comes_alone_takes_the_connection_that_was_used_last(database_url: str) -> None:
    """It has the plans already. In turns, each connection of a pool would plan every statement."""
    engine = create_engine(database_url, pool_size=3)
    async with engine.connect(), engine.connect(), engine.connect():
        pass
    backends = set()
    for _ in range(3):
        async with engine.connect() as connection:
            backends.add(await connection.scalar(text("SELECT pg_backend_pid()")))
    await engine.dispose()
    assert len(backends) == 1


async def names(connection: AsyncConnection) -> list[str]:
    return [row.name for row in await NAMES.rows(connection, {})]


async def state_of(connection: AsyncConnection) -> Any:
    return (
        await connection.execute(
            text(
                "SELECT current_setting('transaction_isolation') AS isolation,"
                " current_setting('transaction_read_only') AS read_only,"
                " current_setting('plan_cache_mode') AS plans,"
                " coalesce(current_setting('rollbook.organization_id', true), '') AS tenant"
            )
        )
    ).one()


async def assert_as_new(database: Database, organization_id: UUID, expected: list[str]) -> None:
    """For a writer, and then for a reader."""
    async with database.engine.begin() as connection:
        assert tuple(await state_of(connection)) == ("read committed", "off", "force_generic_plan", "")
        await set_tenant(connection, organization_id)
        await connection.execute(text("UPDATE location SET name = name"))
    async with database.read(organization_id) as connection:
        assert await names(connection) == expected


async def test_a_read_is_one_snapshot_of_one_tenant(world: World, owner: AsyncConnection, database: Database) -> None:
    await new_world(owner, name="Other Gym")
    async with database.read(world.organization_id) as connection:
        before = await names(connection)
        await owner.execute(text("UPDATE location SET name = 'Renamed'"))
        assert await names(connection) == before
        assert [row.name for row in await connection.execute(text("SELECT name FROM location"))] == before
        state = await state_of(connection)
    assert tuple(state) == ("repeatable read", "on", "force_generic_plan", str(world.organization_id))
    async with database.read(world.organization_id) as connection:
        assert await names(connection) == ["Renamed"]


async def test_a_read_changes_nothing_and_leaves_nothing(world: World, narrow: Database) -> None:
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)
    with pytest.raises(DBAPIError, match="read-only"):
        async with narrow.read(world.organization_id) as connection:
            await HotStatement("UPDATE location SET name = 'Changed' RETURNING id").rows(connection, {})
    await assert_as_new(narrow, world.organization_id, before)


async def test_a_hot_statement_takes_its_parameters_by_name_and_as_often_as_it_names_them(
    world: World, database: Database
) -> None:
    statement = HotStatement(
        "SELECT CAST(:b AS text) || :a AS both, :a AS one, '10:30' AS time, n AS number "
        "FROM generate_series(1, CAST(:rows AS int)) n"
    )
    async with database.read(world.organization_id) as connection:
        assert await statement.rows(connection, {"a": "x", "b": "y", "rows": 0}) == []
        rows = await statement.rows(connection, {"a": "x", "b": "y", "rows": 2, "unknown": 1})
        with pytest.raises(KeyError, match="rows"):
            await statement.rows(connection, {"a": "x", "b": "y"})
    assert rows == [("yx", "x", "10:30", 1), ("yx", "x", "10:30", 2)]
    assert rows[1]._asdict() == {"both": "yx", "one": "x", "time": "10:30", "number": 2}


async def in_scope(work: Work, passes: int) -> bool:
    """Starlette's way: whatever the task awaits afterwards is cancelled too. Did the work complete?"""
    done = False

    async def run() -> None:
        nonlocal done
        await work()
        done = True

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        for _ in range(passes):
            await asyncio.sleep(0)
        group.cancel_scope.cancel()
    return done


async def in_task(work: Work, passes: int) -> bool:
    task = asyncio.ensure_future(work())
    for _ in range(passes):
        await asyncio.sleep(0)
    task.cancel()
    (result,) = await asyncio.gather(task, return_exceptions=True)
    return result is None


@pytest.mark.parametrize("is_writing", [False, True])
@pytest.mark.parametrize("is_scoped", [False, True])
async def test_clients_that_hang_up_leave_the_pool_its_connections(
    world: World, database_url: str, owner: AsyncConnection, is_scoped: bool, is_writing: bool
) -> None:
    """Twice as many as there are connections, each while SQLAlchemy runs a statement for it."""
    database = Database(create_engine(database_url, pool_size=4, application="hang-ups"))

    async def search() -> None:
        begun = database.engine.begin() if is_writing else database.read(world.organization_id)
        async with begun as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))

    async def sleeping(count: int) -> None:
        async with asyncio.timeout(20):
            while await owner.scalar(_SLEEPING) != count:
                await asyncio.sleep(0.01)

    async def hang_up() -> None:
        clients = [asyncio.ensure_future(_scoped(search) if is_scoped else search()) for _ in range(4)]
        await sleeping(4)
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await sleeping(0)

    await hang_up()
    pids = set(await owner.scalars(_PIDS))
    await hang_up()
    assert len(pids) == 4
    assert set(await owner.scalars(_PIDS)) == pids
    async with database.read(world.organization_id) as connection:
        assert await names(connection) == ["Main Street"]
    async with database.engine.begin() as connection:
        assert tuple(await state_of(connection)) == ("read committed", "off", "force_generic_plan", "")
    await database.close()


_PIDS = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'hang-ups' ORDER BY pid")
_SLEEPING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hang-ups' AND state = 'active'"
    " AND query = 'SELECT pg_sleep(60)'"
)


async def _scoped(work: Work) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(work)


async def test_a_snapshot_sees_one_tenant_and_leaves_nothing(
    world: World, owner: AsyncConnection, narrow: Database
) -> None:
    other = await new_world(owner, name="Other Gym")
    for tenant in (world, other, world):
        async with narrow.between_transactions() as connection:
            found = await ORGANIZATIONS.records(connection, tenant.organization_id, {"at_most": 5})
            assert [record["id"] for record in found] == [tenant.organization_id]
            # It sees nothing because it is of no tenant, and it is not within a transaction.
            assert await NAMES.rows(connection, {}) == []
            assert tuple(await state_of(connection)) == ("read committed", "off", "force_generic_plan", "")
            assert await ORGANIZATIONS.records(connection, tenant.organization_id, {"at_most": 0}) == []
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)
    with pytest.raises(DBAPIError, match="invalid input syntax for type integer"):
        async with narrow.between_transactions() as connection:
            await Snapshot("SELECT CAST(name AS integer) FROM location").records(connection, world.organization_id, {})
    await assert_as_new(narrow, world.organization_id, before)


@pytest.mark.parametrize("cancelled", [in_task, in_scope])
@pytest.mark.parametrize("kind", ["reading", "writing", "at once", "putting off", "putting off and writing"])
async def test_a_transaction_that_is_cancelled_at_any_moment_leaves_nothing(
    world: World, narrow: Database, cancelled: Callable[[Work, int], Awaitable[bool]], kind: str
) -> None:
    """Cancelled after more and more passes of the event loop, until it completes before that."""
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)

    async def read() -> None:
        async with narrow.read(world.organization_id) as connection:
            await names(connection)
            await connection.execute(text("SELECT 1"))
            await names(connection)

    async def write() -> None:
        async with narrow.engine.begin() as connection:
            await set_tenant(connection, world.organization_id)
            await names(connection)
            await connection.execute(text("UPDATE location SET name = name"))

    async def read_at_once() -> None:
        async with narrow.between_transactions() as connection:
            await ORGANIZATIONS.records(connection, world.organization_id, {"at_most": 5})

    async def put_off() -> None:
        async with unit_of_work(narrow, world.organization_id, Announcer()) as uow:
            for change in (EXCLAIM, CALM_DOWN):
                await uow.put_off(change, {"organization_id": world.organization_id})
            if kind == "putting off and writing":
                await uow.connection.execute(text("UPDATE location SET name = name"))

    work = {"reading": read, "writing": write, "at once": read_at_once}.get(kind, put_off)
    for _ in range(SIZES.cancelled_rounds):
        passes, has_completed = 0, False
        while not has_completed:
            async with asyncio.timeout(20):
                has_completed = await cancelled(work, passes)
                assert waiting == {}
                await assert_as_new(narrow, world.organization_id, before)
            passes += 1


async def test_a_statement_that_fails_is_told_as_sqlalchemy_tells_it(world: World, narrow: Database) -> None:
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)

    async def sleep_too_long() -> None:
        async with narrow.read(world.organization_id) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
            await NAP.rows(connection, {"seconds": 20})

    with pytest.raises(DBAPIError, match="statement timeout"):
        await sleep_too_long()
    await assert_as_new(narrow, world.organization_id, before)


async def test_a_statement_that_is_wrong_is_not_taken_for_an_absent_database(world: World, database: Database) -> None:
    async def read() -> None:
        async with database.read(world.organization_id) as connection:
            await HotStatement("SELECT nothing FROM nowhere").rows(connection, {})

    async with asyncio.timeout(5):
        with pytest.raises(ProgrammingError, match="FROM nowhere"):
            await patiently(read)


@pytest.mark.parametrize("is_reading", [True, False])
async def test_of_connections_that_were_lost_one_read_hears_and_the_next_gets_a_new_one(
    world: World, owner: AsyncConnection, database: Database, is_reading: bool
) -> None:
    async def fill_the_pool(left: int) -> list[str]:
        async with database.read(world.organization_id) as connection:
            return await fill_the_pool(left - 1) if left else await names(connection)

    async def lose_all() -> None:
        await owner.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        # The driver hears of it by the way.
        await asyncio.sleep(0.1)

    async def read_meanwhile() -> None:
        async with database.read(world.organization_id) as connection:
            await lose_all()
            await names(connection)

    async def read_afterwards() -> None:
        await lose_all()
        await fill_the_pool(0)

    before = await fill_the_pool(4)
    with pytest.raises(DBAPIError):
        await (read_meanwhile() if is_reading else read_afterwards())
    for _ in range(6):
        assert await fill_the_pool(4) == before


class Line:
    """Between the application and PostgreSQL; of a line that is cut nobody hears: it only carries nothing more."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._cut = asyncio.Event()

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        return self.url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def cut(self) -> None:
        """The present connections, not those to come."""
        self._cut.set()
        self._cut = asyncio.Event()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self.url.host is not None
        there, back = await asyncio.open_connection(self.url.host, self.url.port)
        cut = self._cut

        async def forward(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                if not cut.is_set():
                    target.write(data)
            target.close()

        await asyncio.gather(forward(reader, back), forward(there, writer), return_exceptions=True)


@pytest.mark.parametrize("cancelled_after", [0.3, None])
async def test_a_server_that_does_not_answer_is_given_up(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, cancelled_after: float | None
) -> None:
    monkeypatch.setattr("db.engine._LONGEST_ROLLBACK", 0.5)
    monkeypatch.setattr("db.engine._LONGEST_STATEMENT", 1.0)
    line = Line(database_url)
    async with line as url, asyncio.timeout(20):
        database = Database(create_engine(url, pool_size=1))
        async with database.read(world.organization_id) as connection:
            before = await names(connection)

        async def read() -> None:
            async with asyncio.timeout(cancelled_after), database.read(world.organization_id) as connection:
                line.cut()
                await names(connection)

        with pytest.raises((TimeoutError, DBAPIError)):
            await read()
        await assert_as_new(database, world.organization_id, before)
        await database.close()


async def test_a_connection_that_is_lost_under_a_statement_fails_that_read_alone(
    world: World, owner: AsyncConnection, narrow: Database
) -> None:
    async def lose() -> None:
        end = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event = 'PgSleep'"
        )
        while not (await owner.execute(text(end))).all():
            await asyncio.sleep(0.01)

    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)
    losing = asyncio.create_task(lose())
    with pytest.raises(DBAPIError):
        async with narrow.read(world.organization_id) as connection:
            await NAP.rows(connection, {"seconds": 20})
    await losing
    await assert_as_new(narrow, world.organization_id, before)


async def test_R16_3_the_server_ends_the_sessions_of_processes_that_are_gone(
    database: Database, owner: AsyncConnection
) -> None:
    ask = text("SELECT name, setting FROM pg_settings WHERE name = ANY (:names)")
    names = ["idle_in_transaction_session_timeout", "tcp_user_timeout", "client_connection_check_interval"]
    async with database.engine.connect() as connection:
        found = {row.name: row.setting for row in await connection.execute(ask, {"names": names})}
    assert found["idle_in_transaction_session_timeout"] == "7000"
    assert {found["tcp_user_timeout"], found["client_connection_check_interval"]} == {"10000", "2000"}
    found = {row.name: row.setting for row in await owner.execute(ask, {"names": names})}
    assert found["idle_in_transaction_session_timeout"] == "60000"
