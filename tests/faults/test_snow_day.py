"""A snow day with workers that are killed, a Redis that is emptied, and a task that is cancelled in the middle: each
class is cancelled whole or not at all (R9.2, R9.4, R9.5, R9.7).
"""

import asyncio
import random
import signal
from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from bench.snow_day import CANCEL, fill
from clock import wall_clock
from db.engine import Database
from tests.api.tasks.task_client import gid
from tests.support.api import Api
from tests.support.audit import assert_sound
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.processes import worker_process
from tests.support.sizes import SIZES

pytestmark = pytest.mark.emptied_database

CLASSES, SIZE = SIZES.snow_day_classes, 6
MOMENTS = random.Random(9)
TASK = text("SELECT id, state, done, total, ended_at FROM background_task")
STOP = mutation("cancelBackgroundTask")
ITEMS = text("""
SELECT i.state, (o.cancelled_at IS NOT NULL) IS TRUE AS is_off,
    (SELECT count(*) FROM makeup_token t WHERE t.timeslot_id = k.timeslot_id AND t.held_on = k.held_on) AS tokens,
    (SELECT count(DISTINCT t.student_id) FROM makeup_token t
     WHERE t.timeslot_id = k.timeslot_id AND t.held_on = k.held_on) AS students,
    (SELECT count(*) FROM change c
     WHERE c.timeslot_id = k.timeslot_id AND c.held_on = k.held_on AND c.kind = 'CANCELLED') AS changes
FROM background_task_item i
CROSS JOIN LATERAL (SELECT CAST(i.input ->> 'timeslot_id' AS uuid) AS timeslot_id,
                           CAST(i.input ->> 'held_on' AS date) AS held_on) k
LEFT JOIN occurrence o ON o.timeslot_id = k.timeslot_id AND o.held_on = k.held_on
ORDER BY i.position""")
LEASES_END = text("UPDATE background_task_lease SET lease_until = now()")
EMAILS = text("SELECT reason, state FROM email")


async def task(world: World) -> Any:
    return (await world.owner.execute(TASK)).one()


async def until(world: World, done: int) -> Any:
    async with asyncio.timeout(120):
        while (row := await task(world)).ended_at is None and row.done < done:
            await asyncio.sleep(0.02)
    return row


async def assert_whole(world: World) -> int:
    """What the report says of each class is what the tables say; the number of classes that were cancelled."""
    row = await task(world)
    items: Sequence[Any] = list(await world.owner.execute(ITEMS))
    done = [each for each in items if each.state == "DONE"]
    assert len(items) == row.total == CLASSES
    assert row.done == len(done)
    for each in items:
        whole = (True, SIZE, SIZE, 1) if each.state == "DONE" else (False, 0, 0, 0)
        assert (each.is_off, each.tokens, each.students, each.changes) == whole
    emails = list(await world.owner.execute(EMAILS))
    assert row.state != "CANCELLED" or "QUEUED" not in {each.state for each in emails}
    assert len({each.reason for each in emails}) == len(emails) == SIZE * len(done)
    await assert_sound(world, now=wall_clock())
    return len(done)


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_R9_7_a_snow_day_with_everything_going_wrong(
    is_cancelled: bool, world: World, api: Api, database: Database, database_url: str, redis_url: str
) -> None:
    await fill(world, CLASSES, SIZE)
    office = await api.signed_in(world, await world.staff(Permission.OWNER, first_name="May"), Portal.OFFICE)
    given = {
        "range": {"from": MONDAY.isoformat(), "to": MONDAY.isoformat()},
        "notify": True,
        "createTokens": {"sendEmails": True, "overrideLimit": True},
    }
    await office.ask(CANCEL, input=given)
    async with Redis.from_url(redis_url) as redis:
        for _ in range(3):
            with worker_process(database_url, redis_url, now=api.clock.now) as worker:
                await until(world, min((await task(world)).done + 2, CLASSES))
                await asyncio.sleep(0.1 * MOMENTS.random())
                worker.send_signal(signal.SIGKILL)
                worker.wait()
            await redis.flushall()
            # How long a worker's lease lasts after its death is seen in test_task_worker_killed.py.
            await world.owner.execute(LEASES_END)
        with worker_process(database_url, redis_url, now=api.clock.now):
            if is_cancelled:
                row = await until(world, (await task(world)).done + 1)
                await office.ask(STOP, input={"backgroundTaskId": gid(row.id), "withdrawEmails": True})
            row = await until(world, CLASSES + 1)
    assert row.state == ("CANCELLED" if is_cancelled else "COMPLETED")
    done = await assert_whole(world)
    assert (done == CLASSES) is not is_cancelled
