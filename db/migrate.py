"""Brings a database's schema up to date with Alembic. Migrations are forward only; several processes may call it at
once.
"""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from db import models
from db.engine import create_engine
from db.missing_keys import fill_missing_keys
from db.revision import newest_revision

LOCK = 7_065_511_001  # any number that nothing else in the database locks


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _upgrade(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _drift(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), models.metadata))


async def upgrade(url: str) -> None:
    """Apply the missing migrations as the owner, and make the keys of names that have none. A second caller waits for
    the first and then finds nothing to do.
    """
    engine = create_engine(url, role=None)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
        await fill_missing_keys(engine)
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
