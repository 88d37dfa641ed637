"""`schema` and `migrate`: the two schemas, GraphQL's and the database's."""

import asyncio
from pathlib import Path

from commands.fault import Fault
from commands.local import ROOT, database_here

SDL = ROOT / "schema.graphql"


def sdl() -> str:
    """The schema as the code has it."""
    from gql.schema import build_schema

    return build_schema().as_str() + "\n"


def print_sdl(path: Path = SDL) -> None:
    path.write_text(sdl())
    print(f"Written: {path.name}")


def check_sdl(path: Path = SDL) -> None:
    """Raises Fault if the committed schema is not what the code prints."""
    if not path.exists() or path.read_text() != sdl():
        raise Fault(f"{path.name} is stale: run `make schema` and commit it.")


def run_migrations() -> None:
    from db.migrate import newest_revision, upgrade

    with database_here() as url:
        asyncio.run(upgrade(url))
    print(f"The database is at revision {newest_revision()}.")


def check_drift() -> None:
    """Raises Fault if migrations and models disagree. Works on a new database that it drops again."""
    from commands.servers.scratch import scratch_database
    from db.migrate import drift, upgrade

    async def differences(url: str) -> list[object]:
        async with scratch_database(url) as scratch:
            await upgrade(scratch)
            return await drift(scratch)

    with database_here() as url:
        found = asyncio.run(differences(url))
    if found:
        lines = "\n".join(f"  {difference}" for difference in found)
        raise Fault(f"The migrations do not give what the models say:\n{lines}")
    print("Migrations and models agree.")


def write_migration(message: str) -> None:
    from db.migrate import new_migration, upgrade

    async def write(url: str) -> None:
        await upgrade(url)
        await new_migration(url, message)

    with database_here() as url:
        asyncio.run(write(url))
