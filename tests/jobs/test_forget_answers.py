"""R4.11: first answers are kept for two days."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db import models
from db.engine import Database
from db.wake_ups import Announcer
from tests.support.factories import World, new_world
from workers.context import WorkerContext
from workers.jobs.forget_answers import forget

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


async def test_R4_11_answers_older_than_two_days_are_forgotten_in_every_organization(
    world: World, database: Database
) -> None:
    other = await new_world(world.owner, name="Other Gym")
    for place in (world, other):
        caller = await place.staff()
        for age in (1, 47, 49):
            await place.add(
                models.IdempotencyKey,
                caller_id=caller,
                key=f"{age} hours",
                mutation="submitAttendance",
                fingerprint="",
                used_at=NOW - timedelta(hours=age),
            )
    context = WorkerContext(database, Announcer(), lambda: NOW)
    assert await forget(context) == 2
    kept = await world.owner.scalars(text("SELECT key FROM idempotency_key ORDER BY organization_id, key"))
    assert list(kept) == ["1 hours", "47 hours"] * 2
    assert await forget(context) == 0
