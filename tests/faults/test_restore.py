"""R16.1: a dump that is loaded into a new server, by the steps of docs/operations.md, serves."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from commands.audit import audit_database
from commands.fault import Fault
from commands.migrating import migrate_database
from commands.schema import tables
from commands.servers import postgres
from commands.servers.programs import find_server_programs
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers, locked
from db.engine import create_engine
from tests.support.api_process import api_process, office_token
from tests.support.factories import new_world
from tests.support.memory import folder_of_servers

DOCUMENT = (Path(__file__).parents[2] / "db" / "schema.sql").read_text()
GUARDS = ("GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES ", "CREATE POLICY ", "CREATE ROLE ", "ALTER ROLE ")


def guards(document: str) -> list[str]:
    """The rights and policies in a document such as db/schema.sql. A restored database prints constraints otherwise."""
    return sorted(line for line in document.splitlines() if line.startswith(GUARDS) or "ROW LEVEL SECURITY" in line)


def run(program: str, url: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a client program of PostgreSQL on the database at `url`."""
    address = make_url(url)
    where = {"PGHOST": address.host, "PGPORT": str(address.port), "PGUSER": address.username}
    where |= {"PGPASSWORD": str(address.password), "PGDATABASE": address.database}
    return subprocess.run(
        [find_server_programs() / program, *arguments],
        env=os.environ | {name: str(value) for name, value in where.items()},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = folder_of_servers("rollbook-restore-")
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_server(folder: Path) -> Iterator[str]:
    """The owner's address of an empty database on a server that has never seen Rollbook."""
    with locked(folder):
        server = postgres.start(folder, durable=False, port=None)
        yield server.url
        server.stop()


@pytest.fixture(scope="module")
async def dumped(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A dump of a database with one organization, and a token of its office."""
    async with scratch_database(servers.database_url) as url:
        await migrate_database(url)
        engine = create_engine(url, role=None)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            world = await new_world(connection)
            await world.student(first_name="Restored")
            token = await office_token(world)
        await engine.dispose()
        dump = tmp_path_factory.mktemp("dumped") / "rollbook.dump"
        answer = run("pg_dump", url, "--format=custom", "--file", dump)
        assert answer.returncode == 0, answer.stderr
    return dump, token


async def serves(url: str, redis_url: str, token: str) -> None:
    async with api_process(url, redis_url) as api, httpx.AsyncClient(verify=False) as client:
        ready = await client.get(f"http://127.0.0.1:{api.port}/health/ready")
        assert (ready.status_code, ready.json()["migrations"]) == (200, "ok")
        answer = await client.post(
            api.http,
            json={"query": "{ students { nodes { firstName } } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.json()["data"] == {"students": {"nodes": [{"firstName": "Restored"}]}}


async def test_R16_1_a_restored_database_serves_by_the_documented_steps(
    fresh_server: str,
    dumped: tuple[Path, str],
    redis_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dump, token = dumped
    restored = run(
        "pg_restore", fresh_server, "--no-owner", "--no-privileges", "--exit-on-error", "--dbname=rollbook", dump
    )
    assert restored.returncode == 0, restored.stderr
    await migrate_database(fresh_server, is_restored=True)
    assert "rights of the application's role were missing" in capsys.readouterr().err
    assert guards(tables(fresh_server)) == guards(DOCUMENT)
    await serves(fresh_server, redis_url, token)
    await migrate_database(fresh_server)
    assert capsys.readouterr().err == "", "nothing is left to repair"
    monkeypatch.setenv("DATABASE_URL", fresh_server.replace("+asyncpg", ""))
    await asyncio.to_thread(audit_database, organization=None, as_json=False)
    assert "Nothing is wrong." in capsys.readouterr().out


async def test_R16_1_migrate_repairs_what_a_plain_restore_loses(
    fresh_server: str, dumped: tuple[Path, str], redis_url: str
) -> None:
    """Without the options, each GRANT fails, and PostgreSQL rolls back the REVOKE beside it."""
    dump, token = dumped
    assert "rollbook_app" in run("pg_restore", fresh_server, "--no-owner", "--dbname=rollbook", dump).stderr
    await migrate_database(fresh_server)
    assert guards(tables(fresh_server)) == guards(DOCUMENT)
    await serves(fresh_server, redis_url, token)


CHANGED = (
    "GRANT UPDATE ON change TO rollbook_app",
    "REVOKE SELECT ON mark FROM rollbook_app",
    "GRANT EXECUTE ON FUNCTION feed_number(uuid) TO PUBLIC",
    "REVOKE EXECUTE ON FUNCTION due_emails(timestamptz, integer) FROM rollbook_app",
    "REVOKE USAGE ON SCHEMA public FROM rollbook_app",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM rollbook_app",
)


@pytest.mark.own_database
async def test_R16_1_each_right_that_differs_is_repaired(
    database_url: str, owner: AsyncConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = guards(tables(database_url))
    for change in CHANGED:
        await owner.execute(text(change))
    await migrate_database(database_url)
    assert f"{len(CHANGED)} rights of the application's role" in capsys.readouterr().err
    assert guards(tables(database_url)) == before


async def test_R16_1_an_account_that_may_not_create_the_role_is_told_what_to_do(fresh_server: str) -> None:
    engine = create_engine(fresh_server, role=None)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE ROLE humble LOGIN PASSWORD 'humble'"))
    await engine.dispose()
    humble = make_url(fresh_server).set(username="humble", password="humble").render_as_string(hide_password=False)
    with pytest.raises(Fault, match='run: CREATE ROLE rollbook_app NOLOGIN; GRANT rollbook_app TO "humble";'):
        await migrate_database(humble)


async def test_R16_1_an_owner_who_may_create_roles_can_act_as_the_one_that_it_creates(fresh_server: str) -> None:
    """From PostgreSQL 16 on, this needs a membership of its own."""
    engine = create_engine(fresh_server, role=None)
    async with engine.begin() as connection:
        for statement in (
            "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'manager'",
            "ALTER SCHEMA public OWNER TO manager",
            "GRANT CREATE ON DATABASE rollbook TO manager",
        ):
            await connection.execute(text(statement))
    await engine.dispose()
    manager = make_url(fresh_server).set(username="manager", password="manager").render_as_string(hide_password=False)
    await migrate_database(manager)
    engine = create_engine(manager)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == "rollbook_app"
    await engine.dispose()
