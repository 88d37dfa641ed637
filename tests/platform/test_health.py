"""Health routes: what is told when the database, its schema or Redis is not as it must be."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from alembic import command
from sqlalchemy import Connection, text
from starlette.applications import Starlette

from commands.servers.process import free_port
from db.engine import Database, create_engine
from db.migrate import _config, upgrade
from db.revision import newest_revision
from db.wake_ups import connect_redis
from gql.health import health_routes
from tests.support.databases import pooled


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with pooled(database_url, 2) as database:
        yield database


async def get(path: str, database: Database, redis_url: str) -> httpx.Response:
    redis = connect_redis(redis_url)
    app = Starlette(routes=health_routes(database, redis))
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://rollbook") as client:
            return await client.get(path)
    finally:
        await redis.aclose()


def nowhere() -> str:
    """The address of a Redis that is not there."""
    return f"redis://127.0.0.1:{free_port()}/0"


async def test_ready_when_all_is_well(database: Database, redis_url: str) -> None:
    answer = await get("/health/ready", database, redis_url)
    assert (answer.status_code, answer.json()) == (
        200,
        {"database": "ok", "migrations": "ok", "redis": "ok"},
    )
    assert answer.headers["cache-control"] == "no-store"


async def test_not_ready_without_redis_unless_it_is_optional(database: Database) -> None:
    expected = {"database": "ok", "migrations": "ok", "redis": "failed"}
    answer = await get("/health/ready", database, nowhere())
    assert (answer.status_code, answer.json()) == (503, expected)
    answer = await get("/health/ready?optional=redis", database, nowhere())
    assert answer.status_code == 200
    assert answer.json() == expected, "it is reported all the same"


async def test_not_ready_without_the_database(redis_url: str) -> None:
    away = Database(create_engine(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/c"))
    for path in ("/health/ready", "/health/ready?optional=redis", "/health/ready?optional=database"):
        answer = await get(path, away, redis_url)
        assert answer.status_code == 503
        assert answer.json() == {"database": "failed", "migrations": "failed", "redis": "ok"}
        assert "a:b" not in answer.text
    await away.close()


@pytest.mark.own_database
async def test_not_ready_on_an_older_schema(database: Database, database_url: str, redis_url: str) -> None:
    owner = create_engine(database_url, role=None)
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await owner.dispose()
    answer = await get("/health/ready", database, redis_url)
    assert answer.status_code == 503
    report = answer.json()
    assert report["database"] == report["redis"] == "ok"
    assert report["migrations"].startswith("the schema is at 0001, this code needs ")


async def migrate_further(database_url: str, folder: Path, **declared: str) -> None:
    """Apply migrations that a later release may have; `declared` says by name what they declare."""
    former = newest_revision()
    for name, declaration in declared.items():
        number = name.removeprefix("m")
        (folder / f"{number}_later.py").write_text(
            f"revision, down_revision = {number!r}, {former!r}\n{declaration}\n\n\ndef upgrade():\n    pass\n"
        )
        former = number

    def apply(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        ours = Path(str(config.get_main_option("script_location"))) / "versions"
        config.set_main_option("version_locations", os.pathsep.join([str(ours), str(folder)]))
        command.upgrade(config, "head")

    owner = create_engine(database_url, role=None)
    async with owner.connect() as connection:
        await connection.run_sync(apply)
    await owner.dispose()


@pytest.mark.own_database
async def test_R16_2_ready_on_a_later_schema_that_serves_this_code(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await migrate_further(database_url, tmp_path, m9997=f"serves_code_from = {newest_revision()!r}", m9998="")
    answer = await get("/health/ready", database, redis_url)
    assert (answer.status_code, answer.json()["migrations"]) == (200, "ok")


@pytest.mark.own_database
async def test_R16_2_not_ready_on_a_later_schema_that_does_not_serve_this_code(
    database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await migrate_further(database_url, tmp_path, m9997="serves_code_from = '9997'", m9998="")
    answer = await get("/health/ready", database, redis_url)
    assert answer.status_code == 503
    assert answer.json()["migrations"] == (
        f"the schema is at 9998 and serves code from 9997 on, this code is {newest_revision()}"
    )


@pytest.mark.own_database
async def test_R16_2_migrate_of_the_former_release_leaves_a_later_schema_as_it_is(
    database_url: str, tmp_path: Path
) -> None:
    await migrate_further(database_url, tmp_path, m9998="")
    assert await upgrade(database_url) == "9998"


@pytest.mark.own_database
async def test_not_ready_before_the_first_migration(database: Database, database_url: str, redis_url: str) -> None:
    owner = create_engine(database_url, role=None)
    async with owner.begin() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
    await owner.dispose()
    answer = await get("/health/ready", database, redis_url)
    assert answer.status_code == 503
    assert answer.json()["migrations"].startswith("the schema is at None, this code needs ")


async def test_live_needs_nothing() -> None:
    away = Database(create_engine(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/c"))
    answer = await get("/health/live", away, nowhere())
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_figures_are_prometheus_text_with_the_live_subscriptions(database: Database, redis_url: str) -> None:
    answer = await get("/metrics", database, redis_url)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    names = [line.split()[0] for line in answer.text.splitlines() if not line.startswith("#")]
    assert "rollbook_live_subscriptions" in names
