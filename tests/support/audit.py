"""The audit of the product (R16.1) on a test's database, as the owner, who sees all organizations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.audit import marks, revisions
from db.audit.check import Finding
from db.audit.run import audit_organization
from db.engine import create_engine
from tests.support.factories import World

OF_CHANGES = frozenset({revisions.REVISIONS.name, marks.MARKS.name, marks.LAST_CHANGES.name, marks.LOST_MARKS.name})


async def findings(owner: AsyncConnection, organization_id: UUID, *, now: datetime) -> list[Finding]:
    """The organization's rows that are wrong."""
    engine = create_engine(owner.engine.url.render_as_string(hide_password=False), role=None, pool_size=1)
    try:
        return [finding async for finding in audit_organization(engine, organization_id, now=now)]
    finally:
        await engine.dispose()


async def assert_sound(world: World, *, now: datetime, numbered: bool = True) -> None:
    """Assert that no row of the organization is wrong, whatever has happened to it.

    numbered -- False when the test has written marks without the changes that would have numbered them
    """
    found = await findings(world.owner, world.organization_id, now=now)
    found = [each for each in found if numbered or each.check not in OF_CHANGES]
    assert not found, "\n".join(map(str, found))
