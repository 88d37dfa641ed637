"""The currency changes while an import records the first amount, on real connections.

The advisory lock of imports answers: an import holds it from its beginning, and a change of the currency until its end.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from attendance.actions.organization.update_organization import update_organization
from attendance.rules.organization.organization_refusals import AmountsRecorded
from attendance.rules.people.erasure_refusals import ImportIsRunning
from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.importing.offices import Office
from tests.support.at_once import until_one_waits
from tests.support.factories import World
from tests.support.viewers import DURING_CLASS, staff_viewer

pytestmark = pytest.mark.emptied_database

OWING = {"families": [{"id": "cook", "name": "Cook", "balance": "12.50"}]}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def test_the_first_amount_waits_for_a_change_of_the_currency(
    database: Database, database_url: str, connection: asyncpg.Connection, world: World, tmp_path: Path
) -> None:
    office = Office(database_url, tmp_path, world.organization_id, connection)
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        await update_organization(uow, viewer, "EUR", now=DURING_CLASS)
        importing = asyncio.create_task(office.load(OWING))
        await until_one_waits(world.owner)
        assert not importing.done()
    assert (await importing).is_kept
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        with pytest.raises(AmountsRecorded):
            await update_organization(uow, viewer, "USD", now=DURING_CLASS)


async def test_the_currency_stays_while_the_first_amount_is_recorded(
    database: Database, database_url: str, connection: asyncpg.Connection, world: World, tmp_path: Path
) -> None:
    office = Office(database_url, tmp_path, world.organization_id, connection)
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    async with connection.transaction():
        # The import waits with its work half done: the amount is not there yet for anybody else.
        await connection.execute("LOCK TABLE family IN SHARE MODE")
        importing = asyncio.create_task(office.load(OWING))
        await until_one_waits(world.owner)
        with pytest.raises(ImportIsRunning):
            async with unit_of_work(database, world.organization_id, Announcer()) as uow:
                await update_organization(uow, viewer, "EUR", now=DURING_CLASS)
    assert (await importing).is_kept
    assert [row.currency for row in await world.rows(models.Organization)] == ["USD"]
    with pytest.raises(AmountsRecorded):
        async with unit_of_work(database, world.organization_id, Announcer()) as uow:
            await update_organization(uow, viewer, "EUR", now=DURING_CLASS)
