"""Two people who change settings at once, on real connections."""

import asyncio
from typing import Any

from sqlalchemy import text

from attendance.actions.organization.change_settings import SettingsChanged, change_settings
from attendance.rules.vocabulary import Permission
from db.engine import Database
from db.organization.settings import read_settings
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.long_race_rounds


async def test_different_settings_changed_at_once_are_both_kept_and_the_audit_is_a_chain(
    database: Database, world: World
) -> None:
    announcer, barrier = Announcer(), asyncio.Barrier(2)
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))

    async def change(**wanted: Any) -> SettingsChanged:
        await barrier.wait()
        async with unit_of_work(database, world.organization_id, announcer) as uow:
            return await change_settings(uow, viewer, wanted, now=DURING_CLASS)

    for number in range(1, ROUNDS + 1):
        # Without a row both make it, and with one both hold it.
        await world.owner.execute(text("DELETE FROM settings WHERE :is_odd").bindparams(is_odd=bool(number % 2)))
        async with asyncio.timeout(10):
            one, two = await asyncio.gather(
                change(kiosk_early_minutes=number, absence_notice_minutes=number),
                change(kiosk_late_minutes=number, absence_notice_minutes=1000 + number),
            )
        async with database.read(world.organization_id) as connection:
            now = await read_settings(connection, world.organization_id)
        assert (now.kiosk.kiosk_early_minutes, now.kiosk.kiosk_late_minutes) == (number, number)
        first, second = (one, two) if now.absences.absence_notice_minutes > 1000 else (two, one)
        assert second.before["absence_notice_minutes"] == first.after["absence_notice_minutes"]
