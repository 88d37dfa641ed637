"""The demo, loaded once for each of some awkward moments, for tests that only read, and what is on its sheets."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey, local_date
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import RosterRow, roster_rows
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.calendar.occurrences import read_heads
from db.engine import Database, create_engine
from db.roster.rosters import read_rosters
from demo import sign_ins
from demo.load import DemoSummary, demo_today, load_demo
from demo.rows import organization_id
from tests.support.sizes import SIZES

MOMENTS = {
    "a Saturday afternoon": datetime(2026, 11, 21, 20, 45, tzinfo=UTC),
    "two minutes into a Sunday, still Saturday in Denver": datetime(2026, 11, 22, 6, 2, tzinfo=UTC),
    "29 February 2028": datetime(2028, 2, 29, 18, 0, tzinfo=UTC),
    "the hour that summer time skips": datetime(2027, 3, 14, 8, 40, tzinfo=UTC),
    "the last minutes of 31 December": datetime(2027, 1, 1, 5, 58, tzinfo=UTC),
}
SIGHT = Sight(sees_medical=True, sees_balances=True)


@dataclass
class Demo:
    """`summary` of the load; `business` and `small` are the ids of the two organizations."""

    database: Database
    summary: DemoSummary
    now: datetime

    business = organization_id(sign_ins.BUSINESS)
    small = organization_id(sign_ins.SMALL_BUSINESS)

    async def all(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Read as the owner, with :business and :small bound where they occur."""
        known = {"business": self.business, "small": self.small} | values
        used = {name: value for name, value in known.items() if f":{name}" in statement}
        async with self.database.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(statement), used)]

    async def one(self, statement: str, **values: Any) -> Any:
        """The only value."""
        ((value,),) = await self.all(statement, **values)
        return value


async def load(url: str, now: datetime, *, fresh: bool = False) -> DemoSummary:
    return await load_demo(url, today=demo_today(now), now=now, progress=lambda _: None, fresh=fresh)


@dataclass
class Demos:
    """The demos of this test process. To load one takes two seconds of CPU, so each is kept to the end."""

    servers: Servers
    template: str
    _loaded: dict[datetime, Demo] = field(default_factory=dict)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def at(self, now: datetime) -> Demo:
        if now not in self._loaded:
            url = await self._open.enter_async_context(scratch_database(self.servers.database_url, self.template))
            summary = await load(url, now)
            database = Database(create_engine(url, role=None, pool_size=2))
            self._open.push_async_callback(database.close)
            self._loaded[now] = Demo(database, summary, now)
        return self._loaded[now]

    @asynccontextmanager
    async def copied(self, now: datetime) -> AsyncIterator[tuple[str, DemoSummary]]:
        """The address of a copy, for a test that changes something, and what its load said."""
        demo = await self.at(now)
        url = demo.database.engine.url.render_as_string(hide_password=False)
        # A database that is copied has no connections. The next test that reads it opens some.
        await demo.database.engine.dispose()
        async with scratch_database(url, make_url(url).database) as copy:
            yield copy, demo.summary

    async def close(self) -> None:
        await self._open.aclose()


@pytest.fixture(scope="session")
async def demos(servers: Servers, template_database: str) -> AsyncIterator[Demos]:
    demos = Demos(servers, template_database)
    yield demos
    await demos.close()


@pytest.fixture(params=list(MOMENTS.values())[: SIZES.demo_moments], ids=list(MOMENTS)[: SIZES.demo_moments])
async def demo(request: pytest.FixtureRequest, demos: Demos) -> Demo:
    return await demos.at(request.param)


async def sheets_of(demo: Demo, day: int = 0) -> dict[OccurrenceKey, tuple[OccurrenceHead, tuple[RosterRow, ...]]]:
    """All occurrences of the business, `day` days after its locations' todays, with their rosters."""
    slots = await demo.all(
        "SELECT t.id, l.time_zone FROM timeslot t JOIN offering o ON o.id = t.offering_id "
        "JOIN location l ON l.id = o.location_id WHERE t.organization_id = :business ORDER BY t.id"
    )
    keys = [
        OccurrenceKey(slot, local_date(demo.now, ZoneInfo(time_zone)) + timedelta(days=day))
        for slot, time_zone in slots
    ]
    async with demo.database.read(demo.business) as connection:
        heads = await read_heads(connection, demo.business, keys)
        rosters = await read_rosters(connection, demo.business, heads)
    return {head.key: (head, roster_rows(rosters[head.key], head, SIGHT)) for head in heads}
