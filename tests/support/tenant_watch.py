"""Fails each test during which the product runs a statement that does not tie its tables to a tenant.

The statements that modules hold as text are checked by tests/architecture/test_tenants.py. This plugin sees what is
made at run time as well: SQLAlchemy's expressions, and what the importer hands to asyncpg.
"""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, event
from sqlglot.errors import ParseError

from tests.support.statements import origin
from tests.support.tenants import NotUnderstoodError, untied_tables

ACROSS_TENANTS = {
    "commands.data": "asks whether the database holds any organization at all",
    "commands.servers.scratch": "creates and drops databases, and names no table",
    "commands.token": "finds a person in whatever organization, with the owner's connection",
    "db.accounts.founding:_IS_TAKEN": "asks whether any organization has the name, with the owner's connection",
    "db.accounts.founding:lock_name": "runs that statement",
    "db.accounts.account_holders:_BY_ADDRESS": "finds a person in whatever organization, with the owner's connection",
    "db.accounts.account_holders:find_staff_by_address": "runs that statement",
    "db.estimates": "tells PostgreSQL how to estimate rows, and reads none",
    "db.history": "asks for the identity of the whole database's history",
    "db.lock_watch": "asks PostgreSQL who holds a lock, and reads no table of ours",
    "db.audit.run:_ORGANIZATIONS": "lists the organizations, each of which is then checked alone",
    "db.audit.run:find_organizations": "runs that statement",
    "db.audit.run:audit_organization": "begins the transaction, and names no table",
    "db.audit.run:_findings": "sets savepoints; the statements of the checks are checked where they are held",
    "db.migrate": "sees to the schema",
    "db.migration_steps": "locks tables and makes indexes, and reads no row",
    "db.rights": "reads PostgreSQL's catalogue and gives rights, and reads no table of ours",
    "db.missing_keys:_ORGANIZATIONS": "lists the organizations, each of which is then seen to alone",
    "db.missing_keys:fill_missing_keys": "runs that statement",
    "db.migrations": "changes the schema, and the rows of all tenants with it",
    "db.tasks.outbox": "shows the operator the messages of all organizations, with the owner's connection",
    "db.people.erasing:_ORGANIZATIONS": "finds the organization of a family, with the owner's connection",
    "db.people.erasing:find_organization_of_family": "runs that statement",
    "importing.spreadsheets.export:export_spreadsheets": "begins a snapshot, and names no table",
    "demo.load": "looks for earlier demo organizations by their names",
    "importing.organizations": "finds an organization by its name or id",
    "importing.oneroster.organization": "finds the organization of a bundle by its name",
    "importing.tables:stage": "copies the columns of a table, and no row",
    "db.driver": "begins a read; the statements of this module's callers are checked where they are held",
    "db.put_off": "executes statements of its callers, which are checked where they are held",
}
"""Modules, or functions of them, whose statements look across tenants, and why they may."""

_untied: list[str] = []
_tied: set[str] = set()
"""Statements of the product that were found to be tied: who runs them is not asked again."""


@cache
def is_across_tenants(name: str) -> bool:
    """Whether the statement of this "module:name" looks across tenants by design."""
    return any(name == known or name.startswith((f"{known}.", f"{known}:")) for known in ACROSS_TENANTS)


@cache
def complaints(sql: str) -> tuple[str, ...]:
    """The tables that are not tied to a tenant, or why that is not known."""
    try:
        return tuple(untied_tables(sql))
    except (NotUnderstoodError, ParseError) as fault:
        return (repr(fault),)


def _watch(sql: str) -> None:
    if sql in _tied:
        return
    where = origin()
    if where is None or is_across_tenants(where):
        return
    if found := complaints(sql):
        _untied.append(f"{where} does not tie {', '.join(found)}: {sql}")
    else:
        _tied.add(sql)


def _before_execution(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    _watch(statement)


def _watched(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def watched(self: object, statement: str, *given: Any, **named: Any) -> Any:
        _watch(statement)
        return method(self, statement, *given, **named)

    return watched


@pytest.fixture(scope="session", autouse=True)
def watch_statements() -> Iterator[None]:
    event.listen(Engine, "before_cursor_execute", _before_execution)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("execute", "executemany", "fetch", "fetchrow", "fetchval"):
            patch.setattr(asyncpg.Connection, name, _watched(getattr(asyncpg.Connection, name)))
        yield
    event.remove(Engine, "before_cursor_execute", _before_execution)


@pytest.fixture(autouse=True)
def every_statement_names_its_tenant() -> Iterator[None]:
    _untied.clear()
    yield
    assert _untied == []
