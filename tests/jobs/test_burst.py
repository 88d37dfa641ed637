"""`rollbook.py worker --burst` does all that is due, retention included (R9.6, R4.11)."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Source, TaskKind, TaskState
from db import models
from tests.support.factories import World
from tests.support.processes import worker_process

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


async def test_R9_6_a_burst_deletes_what_was_kept_long_enough(world: World, database_url: str, redis_url: str) -> None:
    person = await world.staff()
    for age in (timedelta(hours=1), timedelta(days=61)):
        await world.add(
            models.IdempotencyKey,
            caller_id=person,
            key=str(age.days),
            mutation="submitAttendance",
            fingerprint="",
            used_at=NOW - age,
        )
        await world.add(
            models.BackgroundTask,
            id=uuid4(),
            kind=TaskKind.SEND_STATEMENTS,
            state=TaskState.COMPLETED,
            input={},
            source=Source.OFFICE,
            created_at=NOW - age,
            ended_at=NOW - age,
        )
    await world.owner.execute(text("UPDATE feed SET fed_at = :old"), {"old": NOW - timedelta(days=4)})
    with worker_process(database_url, redis_url, burst=True, now=NOW) as worker:
        assert await asyncio.to_thread(worker.wait, 30) == 0
    for query in ("SELECT used_at FROM idempotency_key", "SELECT created_at FROM background_task"):
        assert list(await world.owner.scalars(text(query))) == [NOW - timedelta(hours=1)], query
    assert not list(await world.owner.scalars(text("SELECT fed_at FROM feed WHERE fed_at < :now"), {"now": NOW}))
