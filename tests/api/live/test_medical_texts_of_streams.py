"""Each subscriber who receives a medical text with an event that is executed once for all of them is recorded."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import text, update

from attendance.rules.vocabulary import AttendanceStatus, Permission
from db import models
from db.engine import Database
from tests.api.live.live_process import PERMISSIONS, live_process
from tests.support.factories import World

WATCH = """
subscription($id: ID!, $after: Int) { rollSheetChanged(occurrenceId: $id, afterRevision: $after) {
  revision entries { SHOWN }
} }
"""


async def recorded(database: Database, world: World, redis_url: str, shown: str) -> tuple[int, set[object]]:
    """How many were executed together, and who was recorded, of two that see medical texts and two that do not."""
    async with live_process(database, world, redis_url, capacity=64) as process, AsyncExitStack() as stack:
        log, query = process.services.security_log, WATCH.replace("SHOWN", shown)
        await world.owner.execute(update(models.Student).values(medical_alert="Nuts!"))
        seeing = [await process.claims(*PERMISSIONS, Permission.SEE_MEDICAL) for _ in range(2)]
        blind = [await process.claims(*PERMISSIONS) for _ in range(2)]
        streams = [await stack.enter_async_context(process.subscribed(each, query=query)) for each in (*seeing, *blind)]
        for stream in streams:
            await stream.next()
        await log.close()
        await world.owner.execute(text("DELETE FROM medical_read"))
        log._written.clear()
        waiting = [asyncio.ensure_future(stream.next()) for stream in streams]
        async with asyncio.timeout(5):
            while sum(len(group.followers) for group in process.services.fan_out._groups.values()) < len(streams):
                await asyncio.sleep(0.01)
        groups = len(process.services.fan_out._groups)
        await process.sheet.submit(Ann=AttendanceStatus.PRESENT)
        await process.hear()
        await asyncio.gather(*waiting)
        await log.close()
        persons = {row.person_id for row in await world.rows(models.MedicalRead)}
        assert persons in ({each.person_id for each in seeing}, set())
        return groups, persons


async def test_all_who_receive_a_text_are_recorded(database: Database, world: World, redis_url: str) -> None:
    for shown in ("student { medicalAlert }", "indicators { detail }"):
        groups, persons = await recorded(database, world, redis_url, shown)
        assert (groups, len(persons)) == (2, 2), shown


async def test_an_event_without_a_text_records_nobody(database: Database, world: World, redis_url: str) -> None:
    assert (await recorded(database, world, redis_url, "student { firstName }"))[1] == set()
