"""The promises that every table makes (architecture.md, section 4), read from models and database."""

from sqlalchemy import DateTime, ForeignKeyConstraint, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db import models
from db.migrate import drift

TABLES = models.metadata.sorted_tables


def test_every_key_leads_with_the_tenant() -> None:
    assert {table.name for table in TABLES if next(iter(table.primary_key)).name != "organization_id"} == set()


def test_every_foreign_key_carries_the_tenant() -> None:
    keys = [each for table in TABLES for each in table.constraints if isinstance(each, ForeignKeyConstraint)]
    assert [str(key.name) for key in keys if key.column_keys[0] != "organization_id"] == []


def test_every_table_is_tied_to_its_tenant() -> None:
    tied = {table.name for table in TABLES if table.foreign_key_constraints}
    assert {table.name for table in TABLES} - tied == {"organization"}


def test_no_instant_is_naive_and_names_tell_instants_from_dates() -> None:
    for column in (column for table in TABLES for column in table.c):
        if isinstance(column.type, DateTime):
            assert column.type.timezone, str(column)
            assert column.name.endswith(("_at", "_until")), str(column)
        if column.name.endswith("_on"):
            assert column.type.python_type.__name__ == "date", str(column)


def test_every_constraint_has_a_name_that_tells_its_table() -> None:
    for table in TABLES:
        names = [str(each.name) for each in table.constraints] + [str(each.name) for each in table.indexes]
        assert [name for name in names if not name.startswith(table.name)] == []


async def test_row_level_security_guards_every_table(owner: AsyncConnection) -> None:
    open_tables = await owner.scalars(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND c.relname <> 'alembic_version'"
            " AND (NOT c.relrowsecurity OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))"
        )
    )
    assert list(open_tables) == []


async def test_statements_on_every_table_are_planned_for_the_largest_organization(owner: AsyncConnection) -> None:
    others = await owner.scalars(
        text(
            "SELECT c.relname FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND a.attoptions IS DISTINCT FROM ARRAY['n_distinct=1']"
        )
    )
    assert list(others) == []


async def test_the_models_and_the_migrations_agree(database_url: str) -> None:
    assert await drift(database_url) == []
