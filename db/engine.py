"""Connections to PostgreSQL: one engine per process, and two ways to use it, `read` and `unit_of_work`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import PoolResetState, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, Pool, QueuePool

from db.asyncpg_internals import Connection, end_transaction, watch_socket
from db.checking_out import begin_to_connect, driver_of, give_back, take
from db.driver import FAULTS, WithValues, by_driver
from db.history import ask_history, keep_history
from db.kept_connections import KeptConnections, Taken
from db.limits import OF_A_COMMAND, Limits
from db.pool import CountingPool
from db.put_off import COMMIT, Prepared, PutOff, commit_with, execute_put_off, shown, waiting
from db.tracing import trace_statements
from tracing import is_tracing, trace_parent

APPLICATION_ROLE = "rollbook_app"
# Planning the large statements costs more than running them, and one generic plan fits all parameters well enough.
_SET_TENANT = (
    "SELECT set_config('rollbook.organization_id', :organization_id, true),"
    " set_config('plan_cache_mode', 'force_generic_plan', true)"
)
SET_TENANT = text(_SET_TENANT)
# Rows of work that the transaction stores for later keep the span by default (`trace_parent`).
_SET_TENANT_AND_TRACE = text(f"{_SET_TENANT}, set_config('rollbook.trace_parent', :trace_parent, true)")
# One script replaces three statements.
_START = """
{begin};
SET LOCAL rollbook.organization_id = '{organization_id}';
SET LOCAL plan_cache_mode = force_generic_plan;
"""
_START_TRACED = _START + "SET LOCAL rollbook.trace_parent = '{trace_parent}';\n"
_TO_READ, _TO_WRITE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN ISOLATION LEVEL READ COMMITTED"
_IS_OPEN, _WAS_CANCELLED, _PREPARED = "is_open", "was_cancelled", "prepared"
# Seconds after which the server counts as unreachable and the connection is dropped.
_LONGEST_STATEMENT = 40.0
_LONGEST_ROLLBACK = 5.0
# The server notices within 11 seconds that nobody is at the other end, also while a statement runs or waits for a lock.
_UNREACHABLE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "client_connection_check_interval": "2000",
}


def create_engine(
    url: str,
    *,
    role: str | None = APPLICATION_ROLE,
    pool_size: int = 10,
    application: str = "rollbook",
    lock_timeout: str | None = None,
    limits: Limits | None = None,
) -> AsyncEngine:
    """Return an engine whose connections act as `role`, to which row-level security applies. With None they act as
    the owner, to whom it does not apply.

    `url` is postgresql+asyncpg://. Statements of `role` end after 30 seconds, and its waits for a lock after
    `limits.lock`, so that one stuck transaction cannot block the others; after 40 seconds the server itself is given
    up. Both sides find out within 15 seconds that the other cannot be reached. Plans are kept for a long time: a plan
    made while a table was nearly empty must not scan all of it when it has thousands of rows, so `role` uses an index
    wherever there is one.

    application -- the name by which an operator recognizes the connections
    lock_timeout -- how long the owner waits for a lock, such as "2s"; None means for ever
    """
    limits = limits or (OF_A_COMMAND if role is None else Limits())
    server_settings = {"application_name": application, "timezone": "UTC", **session_settings(limits)}
    if lock_timeout is not None:
        server_settings["lock_timeout"] = lock_timeout
    command_timeout = None if role is None else _LONGEST_STATEMENT
    if role is not None:
        server_settings |= {"role": role, "statement_timeout": "30s", "lock_timeout": _milliseconds(limits.lock)}
        server_settings |= {"enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
        # Values that stand in the text of a statement are written for this (`db.put_off`).
        server_settings["standard_conforming_strings"] = "on"
    engine = create_async_engine(
        url,
        poolclass=CountingPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=limits.pool,
        hide_parameters=True,
        pool_pre_ping=False,
        pool_recycle=1800,
        # Whoever comes takes the connection that was used last, which has the plans of most statements already. In
        # turns, each connection of the pool would plan all of them.
        pool_use_lifo=True,
        connect_args={
            "async_creator_fn": begin_to_connect,
            "connection_class": Connection,
            "server_settings": server_settings,
            "timeout": 10,
            "command_timeout": command_timeout,
            "prepared_statement_cache_size": 500,
            "max_cached_statement_lifetime": 0,
            # 0: any length. The longest statements, which take longest to plan, have more than the usual 15 KB.
            "max_cacheable_statement_size": 0,
        },
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    event.listen(engine.sync_engine, "connect", _watch)
    event.listen(engine.sync_engine, "reset", _end_transaction)
    event.listen(engine.sync_engine, "handle_error", _keep_when_cancelled)
    if role is not None:
        event.listen(engine.sync_engine, "connect", _know_history)
        event.listen(engine.sync_engine, "before_cursor_execute", _execute_put_off)
    if is_tracing():
        trace_statements(engine)
    return engine


def session_settings(limits: Limits) -> dict[str, str]:
    """Return the settings of every session: the server ends it when its process is frozen, cut off or dead, and does
    not compile its statements (JIT), which can take a tenth of a second each where scans of tables are avoided.
    """
    return {"jit": "off", "idle_in_transaction_session_timeout": _milliseconds(limits.idle), **_UNREACHABLE}


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _watch(connection: Any, _: ConnectionPoolEntry) -> None:
    watch_socket(connection.driver_connection)


def _know_history(connection: Any, entry: ConnectionPoolEntry) -> None:
    keep_history(entry.info, connection.run_async(ask_history))


def _execute_put_off(connection: Any, *_: Any) -> None:
    """Execute what is put off before a statement of SQLAlchemy. Raises DBAPIError."""
    adapted = connection.connection.dbapi_connection
    if adapted.driver_connection in waiting:
        try:
            adapted.run_async(execute_put_off)
        except FAULTS as fault:
            raise DBAPIError("put off", None, fault) from fault


def _keep_when_cancelled(context: ExceptionContext) -> None:
    """Keep the connection of a statement that was cancelled, for example because its client has disconnected.

    SQLAlchemy would close it, and clients that come and go would make the pool connect for each of them. asyncpg asks
    the server to cancel the statement, and whoever uses the connection next waits until it has.
    """
    if isinstance(context.original_exception, asyncio.CancelledError) and context.connection is not None:
        context.is_disconnect = False
        context.connection.info[_WAS_CANCELLED] = True


def _end_transaction(connection: Any, entry: ConnectionPoolEntry, state: PoolResetState) -> None:
    """End the transaction when a connection returns to the pool with it, and that of whoever was cancelled, perhaps
    while it ended its transaction itself.
    """
    is_open, was_cancelled = entry.info.pop(_IS_OPEN, False), entry.info.pop(_WAS_CANCELLED, False)
    if state.asyncio_safe and (is_open or was_cancelled):
        connection.run_async(partial(end_transaction, seconds=_LONGEST_ROLLBACK))


async def _has_read(connection: AsyncConnection) -> bool:
    """End the transaction of a reader that was not cancelled. Returns whether that is certain; if not, the pool ends it
    or drops the connection.
    """
    driver = driver_of(connection)
    if driver is None or _WAS_CANCELLED in connection.info:
        return False
    try:
        await driver.execute("ROLLBACK", timeout=_LONGEST_ROLLBACK)
    except Exception:
        return False
    del connection.info[_IS_OPEN]
    return True


async def _has_nothing_open(connection: AsyncConnection) -> bool:
    """Return whether the block's statement, which was a transaction by itself, has ended it with certainty."""
    if driver_of(connection) is None or _WAS_CANCELLED in connection.info:
        return False
    del connection.info[_IS_OPEN]
    return True


def _is_used_up(pool: Pool) -> bool:
    """Return whether all connections of the pool are in use or kept."""
    return isinstance(pool, QueuePool) and pool.checkedout() >= pool.size()


async def set_tenant(connection: AsyncConnection, organization_id: UUID) -> None:
    """Restrict the transaction to this organization's rows (row-level security), and plan each statement once for each
    connection.
    """
    given, parent = {"organization_id": str(organization_id)}, trace_parent()
    if parent is None:
        await connection.execute(SET_TENANT, given)
    else:
        await connection.execute(_SET_TENANT_AND_TRACE, {**given, "trace_parent": parent})


class Database:
    """The engine, with the two kinds of transactions. `db.unit_of_work` uses `write`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLAlchemy begins no transaction on these connections; `read` and `write` do.
        self._connections = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.kept = KeptConnections(self.between_transactions, self._may_keep)

    def read(self, organization_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open one consistent snapshot of one tenant: all statements in the block see the same state."""
        return self._transaction(_START.format(begin=_TO_READ, organization_id=organization_id), _has_read)

    def write(
        self, organization_id: UUID, first: WithValues | None = None
    ) -> AbstractAsyncContextManager[AsyncConnection]:
        """Open a transaction that changes one tenant's rows: each statement sees what was committed before it.

        first -- a statement that is executed in the round trip with which the transaction begins. What it returns is
            lost

        It is committed at the end of the block. Any exception gives the connection back to the pool, which rolls the
        transaction back. Raises sqlalchemy.exc.DBAPIError when it cannot be committed.
        """
        parent = trace_parent()
        start = _START if parent is None else _START_TRACED
        script = start.format(begin=_TO_WRITE, organization_id=organization_id, trace_parent=parent)
        if first is None:
            return _Write(self.kept.use(), script)
        return _Write(self.kept.use(), script + first.text, first.named)

    def between_transactions(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Take a connection without beginning a transaction, for a statement that is one itself (`Snapshot`), or for a
        block that begins and ends transactions. Any that is open when the block fails is rolled back.
        """
        return self._transaction("", _has_nothing_open)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """Take a connection on which SQLAlchemy begins a transaction with the first statement and rolls it back at the
        end of the block, unless the block commits it. For reads that concern no organization or many of them.
        """
        await self._spare_one()
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Do the same, and commit at the end of the block."""
        async with self.connect() as connection, connection.begin():
            yield connection

    def _may_keep(self, kept: int) -> bool:
        """Return whether another connection may stay out of the pool, which has one left, and half of them at least."""
        pool = self.engine.sync_engine.pool
        if not isinstance(pool, QueuePool):
            return False
        size = pool.size()
        return kept < size // 2 and pool.checkedout() < size

    @asynccontextmanager
    async def _transaction(
        self, start: str, has_ended: Callable[[AsyncConnection], Awaitable[bool]]
    ) -> AsyncIterator[AsyncConnection]:
        """Run the script, if any, and let `has_ended` end the transaction unless the block raises an exception."""
        await self._spare_one()
        connection = await take(self._connections)
        is_over = False
        try:
            connection.info[_IS_OPEN] = True
            if start:
                await by_driver(connection, start, run=asyncpg.Connection.execute)
            yield connection
            is_over = await has_ended(connection)
        finally:
            if is_over:
                give_back(connection)
            else:
                # Whoever was cancelled can await nothing.
                await asyncio.shield(asyncio.ensure_future(connection.close()))

    async def _spare_one(self) -> None:
        """Let nobody wait for a connection of the pool while one that is kept is unused."""
        if _is_used_up(self.engine.sync_engine.pool):
            await self.kept.spare_one()

    async def drop_connections(self) -> None:
        """Close the connections that nobody uses, so that new ones are made."""
        await self.kept.release()
        await self.engine.dispose()

    async def close(self) -> None:
        await self.drop_connections()


class _Write(AbstractAsyncContextManager[AsyncConnection]):
    """A block that is a writing transaction.

    script -- what begins it
    named -- the script without values, for traces
    """

    __slots__ = ("_connection", "_driver", "_named", "_script", "_taken")

    def __init__(self, taken: Taken, script: str, named: str | None = None) -> None:
        self._taken = taken
        self._script = script
        self._named = named

    async def __aenter__(self) -> AsyncConnection:
        connection = self._connection = await self._taken.__aenter__()
        self._driver = driver_of(connection)
        try:
            await by_driver(connection, self._script, run=asyncpg.Connection.execute, named=self._named)
        except BaseException as fault:
            await self._taken.__aexit__(type(fault), fault, fault.__traceback__)
            raise
        return connection

    async def __aexit__(self, *fault: Any) -> None:
        put_off = waiting.pop(self._driver, None)
        if fault[0] is None:
            try:
                await self._commit(put_off)
            except BaseException as failed:
                await self._taken.__aexit__(type(failed), failed, failed.__traceback__)
                raise
        await self._taken.__aexit__(*fault)

    async def _commit(self, put_off: list[PutOff] | None) -> None:
        if put_off is None:
            await by_driver(self._connection, COMMIT, run=asyncpg.Connection.execute)
            return
        prepared: Prepared = self._connection.info.setdefault(_PREPARED, {})
        await by_driver(self._connection, COMMIT, put_off, prepared, run=commit_with, named=shown(put_off))
