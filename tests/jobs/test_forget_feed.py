"""R10.2: a feed is kept for three days, and its positions for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db.engine import Database
from db.feed import feed_position
from db.wake_ups import Announcer
from tests.support.factories import World, new_world
from workers.context import WorkerContext
from workers.jobs.forget_feed import forget

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)


async def test_R10_2_what_was_fed_more_than_three_days_ago_is_forgotten_in_every_organization(
    world: World, database: Database
) -> None:
    other = await new_world(world.owner, name="Other Gym")
    for place in (world, other):
        student = await place.student()
        for hours in (73, 71, 1):
            await place.makeup_token(student)
            await place.owner.execute(
                text("UPDATE feed SET fed_at = :at WHERE organization_id = :own AND fed_at > :now").bindparams(
                    at=NOW - timedelta(hours=hours), own=place.organization_id, now=NOW
                )
            )
    assert await forget(WorkerContext(database, Announcer(), lambda: NOW)) == 2
    kept = "SELECT f.position FROM feed f JOIN feed_item i USING (organization_id, number) ORDER BY f.position, number"
    assert list(await world.owner.scalars(text(kept))) == [2, 2, 3, 3]
    for place in (world, other):
        async with database.read(place.organization_id) as connection:
            told = [await feed_position(connection, place.organization_id, after) for after in (0, 1, 3, 4)]
        assert told == [(3, False), (3, True), (3, True), (3, False)]
    assert await forget(WorkerContext(database, Announcer(), lambda: NOW)) == 0
