"""The commands `schema` and `migrate`, for the GraphQL schema and the database's schema."""

import asyncio
from datetime import timedelta
from pathlib import Path

from commands.fault import Fault
from commands.local import ROOT, database_here, faults_told

SDL = ROOT / "schema.graphql"
RELEASED = ROOT / "docs" / "released.graphql"
TABLES = ROOT / "db" / "schema.sql"


def sdl() -> str:
    """Return the GraphQL schema as the code defines it."""
    from gql.schema import build_schema

    return build_schema().as_str() + "\n"


def print_sdl(path: Path = SDL) -> None:
    path.write_text(sdl())
    print(f"Written: {path.name}")


def check_sdl(path: Path = SDL, released: Path = RELEASED) -> None:
    """Raises Fault if the committed schema differs from what the code prints, or breaks clients of the last release."""
    from clock import wall_clock
    from commands.released_schema import breaking_changes, released_version

    current = sdl()
    if not path.exists() or path.read_text() != current:
        raise Fault(f"{path.name} is out of date: run `make schema` and commit it.")
    last = released.read_text()
    if broken := breaking_changes(last, current, today=wall_clock().date()):
        lines = "\n".join(f"  {change}" for change in broken)
        raise Fault(f"The schema breaks clients of release {released_version(last)} (docs/releasing.md):\n{lines}")


def release_sdl(path: Path = RELEASED) -> None:
    """Keep the schema as that of the release whose version pyproject.toml names."""
    import tomllib

    from commands.released_schema import released_document

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    path.write_text(released_document(sdl(), version))
    print(f"Written: {path.relative_to(ROOT)}, the schema of release {version}")


def run_migrations(*, give_up_after: timedelta, is_restored: bool = False) -> None:
    """Bring the database up to date. Raises Fault if it must wait for longer than `give_up_after`."""
    from commands.migrating import migrate_database
    from db.revision import newest_revision

    with database_here() as url:
        revision = asyncio.run(migrate_database(url, seconds=give_up_after.total_seconds(), is_restored=is_restored))
    newer = ", which is newer than this code" if revision > newest_revision() else ""
    print(f"The database is at revision {revision}{newer}.")


def print_tables(path: Path = TABLES) -> None:
    """Write db/schema.sql: the schema as the migrations leave it. It migrates a temporary database for this."""
    from commands.servers.scratch import scratch_database
    from db.migrate import upgrade

    async def migrated(url: str) -> str:
        async with scratch_database(url) as scratch:
            await upgrade(scratch)
            return tables(scratch)

    with database_here() as url, faults_told():
        path.write_text(asyncio.run(migrated(url)))
    print(f"Written: {path.relative_to(ROOT)}")


def tables(url: str) -> str:
    """Return the schema of the database at `url`, in the form of db/schema.sql. `url` must be the owner's address."""
    from commands.database_document import schema_document
    from commands.servers.dump import dump_role, dump_schema
    from db.engine import APPLICATION_ROLE

    return schema_document(dump_schema(url), dump_role(url, APPLICATION_ROLE))


def check_migrations(path: Path = TABLES) -> None:
    """Raises Fault if migrations and models disagree, or if db/schema.sql is not what the migrations leave.

    It compares on a temporary database.
    """
    from commands.servers.scratch import scratch_database
    from db.migrate import drift, upgrade

    async def look(url: str) -> tuple[list[object], str]:
        async with scratch_database(url) as scratch:
            await upgrade(scratch)
            return await drift(scratch), tables(scratch)

    with database_here() as url, faults_told():
        differences, printed = asyncio.run(look(url))
    if differences:
        lines = "\n".join(f"  {difference}" for difference in differences)
        raise Fault(f"The migrations and the models disagree:\n{lines}")
    if not path.exists() or path.read_text() != printed:
        raise Fault(f"{path.relative_to(ROOT)} is out of date: run `make tables` and commit it.")
    print("Migrations, models and db/schema.sql agree.")


def write_migration(message: str) -> None:
    from db.migrate import new_migration, upgrade

    async def write(url: str) -> None:
        await upgrade(url)
        await new_migration(url, message)

    with database_here() as url:
        asyncio.run(write(url))
