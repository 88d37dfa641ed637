"""Waits for what comes next in a feed: a change, a new local day, or a change of access (R10.2, R10.4)."""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_date
from gql.live.access_watch import AccessWatch
from gql.live.feed import FeedChange
from gql.live.watcher import Watcher

# The time within which an idle stream notices that somebody's rights have changed.
_CHECK_SECONDS = 4.0
# The followers in one zone begin their new day at random moments within this time.
_SPREAD_SECONDS = 20.0


class News(Enum):
    """Why a follower is woken, other than by a change."""

    MISSED = "MISSED"
    NEW_DAY = "NEW_DAY"
    NEW_RIGHTS = "NEW_RIGHTS"


@dataclass
class Follower:
    """Waits for the news of one subscriber."""

    organization_id: UUID
    watcher: Watcher[FeedChange]
    access: AccessWatch
    clock: Callable[[], datetime]

    async def next(self, zones: Iterable[ZoneInfo], epoch: int) -> FeedChange | News:
        """Wait for the next change or other news.

        zones -- the zones whose local days the subscriber shows
        epoch -- the number of the last change of access when the subscriber's rights were last read
        """
        delay = random.uniform(0, _SPREAD_SECONDS)  # noqa: S311 - spreads the readers of a new day
        day_at = next_midnight(zones, self.clock()) + timedelta(seconds=delay)
        while True:
            left = (day_at - self.clock()).total_seconds()
            if left <= 0:
                return News.NEW_DAY
            try:
                async with asyncio.timeout(min(left, _CHECK_SECONDS)):
                    return await self.watcher.take() or News.MISSED
            except TimeoutError:
                if await self.access.epoch(self.organization_id) != epoch:
                    return News.NEW_RIGHTS


def next_midnight(zones: Iterable[ZoneInfo], now: datetime) -> datetime:
    """Return the first instant at which the local date changes in one of the zones, or in UTC when there are none."""
    return min(_midnight(zone, now) for zone in set(zones) or {ZoneInfo("UTC")})


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    tomorrow = local_date(now, zone) + timedelta(days=1)
    return datetime.combine(tomorrow, wall_time(), zone).astimezone(UTC)
