"""The audit of the product (R16.1) on a test's database, as the owner, who sees all organizations."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.audit import marks, revisions
from db.audit.check import Check, Finding
from db.audit.run import CHECKS, audit_organization
from db.engine import create_engine
from tests.support.factories import World

OF_CHANGES = frozenset({revisions.REVISIONS.name, marks.MARKS.name, marks.LAST_CHANGES.name, marks.LOST_MARKS.name})
_ALL = Check(
    "all",
    "all",
    "Everything holds that the checks say.",
    " UNION ALL ".join(
        f"SELECT '{each.name} {each.table} ' || found.id AS id, found.wrong, found.right FROM ({each.sql}) AS found"
        for each in CHECKS
    ),
)
"""All checks in one statement. Its ids begin with the check and the table."""

_kept: dict[tuple[str, asyncio.AbstractEventLoop], AsyncEngine] = {}
"""By address and loop. PostgreSQL takes longer to plan all checks than to run them on the rows of a test, so the
connection that has planned them stays open as long as the engines of the database's owner do.
"""


async def findings_of_the_product(owner: AsyncConnection, organization_id: UUID, *, now: datetime) -> list[Finding]:
    """The organization's rows that are wrong, found check by check."""
    return [finding async for finding in audit_organization(_engine(owner), organization_id, now=now)]


async def findings(owner: AsyncConnection, organization_id: UUID, *, now: datetime) -> list[Finding]:
    """The same, found with one statement, which takes a tenth of the time."""
    return [
        _as_found(each) async for each in audit_organization(_engine(owner), organization_id, now=now, checks=[_ALL])
    ]


def _as_found(finding: Finding) -> Finding:
    check, table, id = finding.id.split(" ", 2)
    return replace(finding, check=check, table=table, id=id)


async def assert_sound(world: World, *, now: datetime, numbered: bool = True) -> None:
    """Assert that no row of the organization is wrong, whatever has happened to it.

    numbered -- False when the test has written marks without the changes that would have numbered them
    """
    found = await findings(world.owner, world.organization_id, now=now)
    found = [each for each in found if numbered or each.check not in OF_CHANGES]
    assert not found, "\n".join(map(str, found))


def _engine(owner: AsyncConnection) -> AsyncEngine:
    url = owner.engine.url.render_as_string(hide_password=False)
    key = url, asyncio.get_running_loop()
    if key not in _kept:
        _kept[key] = create_engine(url, role=None, pool_size=1)
        event.listen(_kept[key].sync_engine, "connect", _plan_once)
    return _kept[key]


def _plan_once(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET plan_cache_mode = force_generic_plan")
    # Plans of tables that are nearly empty must do for many organizations.
    cursor.execute("SET enable_seqscan = off")
    cursor.close()


@event.listens_for(Engine, "engine_disposed")
def _close(engine: Engine) -> None:
    """Close the connection with those of the owner, before the database is dropped."""
    url = engine.url.render_as_string(hide_password=False)
    for key in [(address, loop) for address, loop in _kept if address == url and loop.is_running()]:
        _kept.pop(key).sync_engine.dispose()
