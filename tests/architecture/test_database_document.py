"""db/schema.sql: the schema of the database as the migrations leave it, for readers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from commands.schema import tables
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db import models
from db.engine import create_engine
from db.migrate import upgrade

DOCUMENT = (Path(__file__).parents[2] / "db" / "schema.sql").read_text()
CHANGES = {
    "a function of the feed": (
        "CREATE OR REPLACE FUNCTION feed_is_ready() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "BEGIN RETURN NULL; END",
    ),
    "a trigger": (
        "ALTER TABLE change DISABLE TRIGGER change_is_fed",
        "ALTER TABLE change DISABLE TRIGGER change_is_fed;",
    ),
    "a right": (
        "GRANT UPDATE ON change TO rollbook_app",
        "GRANT SELECT,INSERT,UPDATE ON TABLE change TO rollbook_app;",
    ),
    "a policy": ("ALTER POLICY tenant ON mark USING (true)", "CREATE POLICY tenant ON mark USING (true);"),
    "a table that no policy guards": ("ALTER TABLE mark NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY", ""),
    "a constraint": ("ALTER TABLE mark ADD CONSTRAINT odd CHECK (true) NOT VALID", "ADD CONSTRAINT odd CHECK (true)"),
    "an index": ("CREATE INDEX odd ON mark (student_id)", "CREATE INDEX odd ON mark USING btree (student_id);"),
    "a view": (
        "CREATE VIEW odd AS SELECT 1 AS one FROM mark a JOIN mark b ON a.student_id = b.student_id",
        "CREATE VIEW odd AS",
    ),
    "a right on a column": ("GRANT UPDATE (note) ON mark TO PUBLIC", "GRANT UPDATE(note) ON TABLE mark TO PUBLIC;"),
}


@pytest.fixture(scope="module")
async def migrated(servers: Servers) -> AsyncIterator[str]:
    """The owner's address of a database that has what the migrations leave, and nothing else."""
    async with scratch_database(servers.database_url) as url:
        await upgrade(url)
        yield url


def test_it_is_what_the_migrations_leave(migrated: str) -> None:
    assert tables(migrated) == DOCUMENT, "run: make tables"


@pytest.mark.parametrize("change", CHANGES)
async def test_it_shows_each_change(servers: Servers, migrated: str, change: str) -> None:
    statement, shown = CHANGES[change]
    async with scratch_database(servers.database_url, migrated.rpartition("/")[2]) as url:
        engine = create_engine(url, role=None)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()
        printed = tables(url)
    assert printed != DOCUMENT
    assert shown in printed
    assert shown == "" or shown not in DOCUMENT


def test_each_table_stands_with_all_that_belongs_to_it() -> None:
    for table in models.metadata.sorted_tables:
        block = next(part for part in DOCUMENT.split("\n\n\n") if part.startswith(f"CREATE TABLE {table.name} ("))
        names = {str(it.name) for it in table.constraints} | {str(it.name) for it in table.indexes}
        assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", block)] == []
        assert f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY;" in block
        assert f"CREATE POLICY tenant ON {table.name} " in block
        assert re.search(rf"GRANT SELECT\b.* ON TABLE {table.name} TO rollbook_app;", block)


async def test_an_owner_of_another_name_who_may_create_no_roles_gets_the_same(servers: Servers, migrated: str) -> None:
    administrator = create_engine(migrated, role=None).execution_options(isolation_level="AUTOCOMMIT")
    async with administrator.connect() as connection:
        await connection.execute(text("CREATE ROLE odd_owner LOGIN CREATEDB PASSWORD 'odd'"))
        await connection.execute(text("GRANT rollbook_app TO odd_owner"))
        url = make_url(servers.database_url).set(username="odd_owner", password="odd")
        try:
            async with scratch_database(url.render_as_string(hide_password=False)) as theirs:
                await upgrade(theirs)
                assert tables(theirs) == DOCUMENT
        finally:
            await connection.execute(text("DROP ROLE odd_owner"))
    await administrator.dispose()
