"""Brings a database's schema up to date with Alembic. Migrations are forward only; several processes may call it at
once, and the application may serve meanwhile (decision 48).
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import models
from db.engine import create_engine
from db.estimates import plan_for_the_largest
from db.history import renew_history
from db.lock_watch import LockWatch
from db.missing_keys import fill_missing_keys
from db.revision import newest_revision, revision_of

LOCK = 7_065_511_001  # any number that nothing else in the database locks
APPLICATION = "rollbook migrate"
# Shorter than PostgreSQL's deadlock_timeout, so that migrate gives way before PostgreSQL looks for a victim.
_LOCK_SECONDS = 0.9
_LOCK_NOT_AVAILABLE, _DEADLOCK, _CANCELLED = "55P03", "40P01", "57014"
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_MIGRATING = text("""
SELECT pid FROM pg_locks
WHERE locktype = 'advisory' AND granted AND (CAST(classid AS bigint) << 32) | CAST(objid AS bigint) = :lock
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")

_log = structlog.stdlib.get_logger("rollbook.migrate")


class MigrationBlocked(Exception):
    """The locks that a migration needs were not free until the limit. The text names who holds them."""


def _tell_log(sentence: str) -> None:
    _log.warning("migrate_waits", reason=sentence)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long `upgrade` tries, and how.

    seconds -- the time after which it gives up
    pause, longest_pause -- the seconds between two attempts: at first, and at most, since it doubles each time
    tell -- is given a sentence before each pause
    """

    seconds: float = 600.0
    pause: float = 1.0
    longest_pause: float = 5.0
    tell: Callable[[str], None] = _tell_log


_PATIENCE = Patience()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection, attempt: int) -> None:
    config = _config()
    config.attributes.update(connection=connection, attempt=attempt)
    command.upgrade(config, "head")


def _drift(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), models.metadata))


async def upgrade(url: str, patience: Patience = _PATIENCE) -> str:
    """Apply the missing migrations as the owner, set what PostgreSQL estimates tables by, and make the keys of names
    that have none. A second caller waits for the first and then finds nothing to do. Return the revision of the
    database, which may be newer than this code.

    Each migration is a transaction of its own. It waits less than a second for locks, because everybody else waits
    behind it; then it gives up what it has and tries again after a pause. Raises MigrationBlocked at the limit.
    """
    engine = create_engine(url, role=None, application=APPLICATION, lock_timeout=f"{_LOCK_SECONDS:g}s")
    guards = create_engine(url, role=None, application=f"{APPLICATION} guard", pool_size=1)
    try:
        async with guards.execution_options(isolation_level="AUTOCOMMIT").connect() as guard:
            until = asyncio.get_running_loop().time() + patience.seconds
            async with _alone(guard, patience, until):
                found = (await revision_of(guard)).revision
                if found is not None and found > newest_revision():
                    return found
                await _insist(partial(_migrate, engine), guard, patience, until)
                await _insist(lambda _: plan_for_the_largest(engine), guard, patience, until)
                await _insist(lambda _: fill_missing_keys(engine), guard, patience, until)
        return newest_revision()
    finally:
        await engine.dispose()
        await guards.dispose()


async def _migrate(engine: AsyncEngine, attempt: int) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade, attempt)


@asynccontextmanager
async def _alone(guard: AsyncConnection, patience: Patience, until: float) -> AsyncIterator[None]:
    """Hold the lock that lets one process migrate. It is tried instead of waited for: a waiting statement would keep
    a snapshot open, for which CREATE INDEX CONCURRENTLY of the other process waits.
    """
    while not await guard.scalar(_TRY_LOCK, {"lock": LOCK}):
        pid = await guard.scalar(_MIGRATING, {"lock": LOCK})
        who = "Another process" if pid is None else f"Process {pid}"
        await _pause(f"{who} is migrating this database", min(patience.pause, 0.5), patience, until)
    # The lock ends with the connection.
    yield
    await guard.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


async def _insist(
    work: Callable[[int], Awaitable[object]], guard: AsyncConnection, patience: Patience, until: float
) -> None:
    """Do the work, again and again while locks are not free. It is given the number of the attempt, from 0."""
    pause = patience.pause
    for attempt in itertools.count():
        watch = LockWatch(_LOCK_SECONDS)
        try:
            async with watch.over(guard, APPLICATION):
                await work(attempt)
        except DBAPIError as fault:
            if not _may_pass(fault, watch):
                raise
        else:
            return
        await _pause(watch.sentence, pause, patience, until)
        pause = min(2 * pause, patience.longest_pause)


def _may_pass(fault: DBAPIError, watch: LockWatch) -> bool:
    code = getattr(fault.orig, "sqlstate", None)
    return code in (_LOCK_NOT_AVAILABLE, _DEADLOCK) or (code == _CANCELLED and watch.has_cancelled)


async def _pause(reason: str, seconds: float, patience: Patience, until: float) -> None:
    if asyncio.get_running_loop().time() + seconds > until:
        raise MigrationBlocked(
            f"Gave up after {patience.seconds:g} seconds. {reason}. What was migrated until then stays so and serves;"
            " run `migrate` again for the rest."
        )
    patience.tell(f"{reason}. Next attempt in {seconds:g} s.")
    await asyncio.sleep(seconds)


async def begin_history(url: str) -> None:
    """Begin a new history after a restore, so that all clients read the state anew (decision 59)."""
    engine = create_engine(url, role=None)
    try:
        async with engine.begin() as connection:
            await renew_history(connection)
    finally:
        await engine.dispose()


async def drift(url: str) -> list[object]:
    """Return the differences between the models and the migrated database; empty when they agree."""
    engine = create_engine(url, role=None)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_drift)
    finally:
        await engine.dispose()


async def new_migration(url: str, message: str) -> None:
    """Write a migration with what the models have and the database at `url` lacks. Read it before you commit it."""

    def generate(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{int(newest_revision()) + 1:04}")

    engine = create_engine(url, role=None)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(generate)
    finally:
        await engine.dispose()
