"""R4.11: first answers are kept for two days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db import idempotency, models
from db.engine import Database
from db.idempotency import Retry, first_answer
from db.unit_of_work import unit_of_work
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


async def test_R4_11_a_key_that_is_forgotten_as_it_is_used_again_is_new(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    retry = Retry(await world.staff(), "a key", "submitAttendance", "")
    named = {"caller_id": retry.caller_id, "key": retry.key, "mutation": retry.mutation, "fingerprint": ""}
    await world.add(models.IdempotencyKey, **named, used_at=NOW - timedelta(hours=49))
    insert, tries = idempotency._FIRST.rows, []

    async def forgotten_afterwards(*given: Any) -> list[Any]:
        tries.append(rows := await insert(*given))
        await forget(WorkerContext(database, Announcer(), lambda: NOW))
        return rows

    monkeypatch.setattr(idempotency._FIRST, "rows", forgotten_afterwards)
    async with unit_of_work(database, world.organization_id, Announcer()) as uow:
        assert await first_answer(uow, retry, NOW) is None
    assert [len(rows) for rows in tries] == [0, 1]
