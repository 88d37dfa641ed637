"""Loading, loading again, loading afresh; the ways in; two organizations apart."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from db import models
from db.engine import create_engine
from demo import sign_ins
from demo.load import demo_today, load_demo, make_rows
from demo.rows import organization_id
from tests.demo.conftest import Demos, load
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 21, 20, 45, tzinfo=UTC)
BUSINESS, SMALL = organization_id(sign_ins.BUSINESS), organization_id(sign_ins.SMALL_BUSINESS)
PRINT_DIGEST = """
import hashlib
from datetime import UTC, datetime
from demo.load import make_rows
both = make_rows(datetime(2026, 11, 21, 20, 45, tzinfo=UTC))
print(hashlib.sha256(repr([rows.tables for rows in both]).encode()).hexdigest())
"""


# What the database itself counts, over all organizations and since its first day.
COUNTED = ("feed", "feed_item", "access_epoch")


async def digest_of(connection: AsyncConnection) -> dict[str, str]:
    """Return a digest of the demo's rows in each table. Their order does not count, nor do the numbers that the
    database gives to entries of the ledger.
    """
    return {
        table.name: await connection.scalar(
            text(
                f"SELECT md5(coalesce(string_agg(r.row, '|' ORDER BY r.row), '')) FROM {table.name} t "
                "CROSS JOIN LATERAL (SELECT (to_jsonb(t) - CAST(:numbered AS text))::text AS row) r "
                "WHERE organization_id IN (:business, :small)"
            ),
            {
                "business": organization_id(sign_ins.BUSINESS),
                "small": organization_id(sign_ins.SMALL_BUSINESS),
                "numbered": "number" if table.name == "makeup_token_entry" else "",
            },
        )
        for table in models.metadata.sorted_tables
    }


def test_the_same_instant_makes_the_same_rows_in_every_process() -> None:
    """Sets of texts have another order there than here."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert there == hashlib.sha256(repr([rows.tables for rows in make_rows(NOW)]).encode()).hexdigest()


async def test_a_second_load_changes_nothing_and_tells_the_age(demos: Demos) -> None:
    async with demos.copied(NOW) as (url, first):
        engine = create_engine(url, role=None, pool_size=1)
        async with engine.connect() as copy:
            before = await digest_of(copy)
            same_day = await load(url, NOW + timedelta(hours=2))
            next_week = await load(url, NOW + timedelta(days=8))
            after = await digest_of(copy)
        await engine.dispose()

    assert (first.is_loaded, same_day.is_loaded, next_week.is_loaded) == (True, False, False)
    assert first.sentence.startswith("Demo data: 620 students, ")
    assert same_day.sentence == "The demo was loaded already, today."
    assert next_week.sentence == "The demo was loaded already, 8 days ago, around 2026-11-21; --fresh recreates it."
    assert next_week.roll_sheet == OccurrenceKey(
        first.roll_sheet.timeslot_id, datetime(2026, 11, 28, tzinfo=UTC).date()
    )
    assert after == before


async def test_fresh_gives_the_rows_of_a_first_load_and_leaves_other_organizations_alone(
    demos: Demos, database_url: str, owner: AsyncConnection, world: World
) -> None:
    student = await world.student(first_name="Ann")
    await load(database_url, NOW - timedelta(days=3))
    fresh = await load(database_url, NOW, fresh=True)
    async with (await demos.at(NOW)).database.engine.connect() as connection:
        there = await digest_of(connection)
    here = await digest_of(owner)

    assert (fresh.is_loaded, fresh.anchored_on) == (True, demo_today(NOW))
    assert {table: digest for table, digest in here.items() if table not in COUNTED} == {
        table: digest for table, digest in there.items() if table not in COUNTED
    }
    assert await owner.scalar(text("SELECT first_name FROM student WHERE id = :id"), {"id": student}) == "Ann"


async def test_the_day_must_be_that_of_the_main_location(database_url: str, owner: AsyncConnection) -> None:
    with pytest.raises(ValueError, match="it is 2026-11-21 at the main demo location, not 2026-11-22"):
        await load_demo(database_url, today=datetime(2026, 11, 22, tzinfo=UTC).date(), now=NOW, progress=print)

    assert await owner.scalar(text("SELECT count(*) FROM organization")) == 0
