"""Wake-ups: a few bytes through Redis that say where in PostgreSQL something is new. Losing them loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from attendance.rules.quickly_made import quickly_made
from attendance.rules.vocabulary import TokenRunPhase
from db.asyncpg_internals import DriversUUID
from db.figures import WAKE_UPS_LOST, WAKE_UPS_WAITING
from db.redis_internals import pool_of

ROLL_SHEETS = "rollbook:roll-sheets"
TASKS = "rollbook:tasks"
FEEDS = "rollbook:feeds"

# A message to Redis costs the API as much as a statement, and many check-ins at once would send one each. The messages
# of a process are so many seconds apart, and wake-ups that no process needs at once wait for others so long.
_APART_SECONDS, _GATHERED_SECONDS = 0.01, 0.05

log = structlog.get_logger(__name__)

# Each process reads the wake-ups of all, which name the same organizations and timeslots again and again. An id of the
# driver's kind is hashed, compared and sent to PostgreSQL without running Python.
_uuid = lru_cache(4096)(DriversUUID)


@quickly_made
class RollSheetChanged:
    """A revision of an occurrence was committed. On the wire: four fields separated by colons."""

    organization_id: UUID
    timeslot_id: UUID
    held_on: date
    revision: int

    def encode(self) -> str:
        return f"{self.organization_id}:{self.timeslot_id}:{self.held_on}:{self.revision}"

    @classmethod
    def decode(cls, message: str) -> "RollSheetChanged":
        organization, timeslot, held_on, revision = message.split(":")
        return cls(_uuid(organization), _uuid(timeslot), date.fromisoformat(held_on), int(revision))


@quickly_made
class FeedGrew:
    """A transaction was committed that may be in the organization's feed. On the wire: the one field."""

    organization_id: UUID

    def encode(self) -> str:
        return str(self.organization_id)

    @classmethod
    def decode(cls, message: str) -> "FeedGrew":
        return cls(_uuid(message))


@quickly_made
class TokenRunArmed:
    """A token run was armed and needs a worker at `due_at`."""

    organization_id: UUID
    timeslot_id: UUID
    held_on: date
    phase: TokenRunPhase
    due_at: datetime


@quickly_made
class EmailQueued:
    """A message is in the outbox and needs a worker at `due_at`."""

    organization_id: UUID
    email_id: UUID
    due_at: datetime


@quickly_made
class TaskQueued:
    """A background task needs a worker now."""

    organization_id: UUID
    task_id: UUID


@quickly_made
class TaskChanged:
    """A background task made progress. On the wire: two fields separated by a colon."""

    organization_id: UUID
    task_id: UUID

    def encode(self) -> str:
        return f"{self.organization_id}:{self.task_id}"

    @classmethod
    def decode(cls, message: str) -> "TaskChanged":
        organization, task = message.split(":")
        return cls(UUID(organization), UUID(task))


WakeUp = RollSheetChanged | FeedGrew | TokenRunArmed | EmailQueued | TaskQueued | TaskChanged
Live = RollSheetChanged | FeedGrew | TaskChanged
LIVE: dict[str, type[Live]] = {ROLL_SHEETS: RollSheetChanged, FEEDS: FeedGrew, TASKS: TaskChanged}
"""The wake-ups that processes send each other through Redis, by channel."""
Sink = Callable[[Sequence[WakeUp]], Awaitable[None]]
Heard = Callable[[Live], None]
"""Is told of a wake-up in the process that announces it."""


def connect_redis(url: str) -> Redis:
    """Return a client that fails within a second, instead of hanging, when Redis is unreachable."""
    return Redis.from_pool(
        pool_of(
            url,
            decode_responses=True,
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )
    )


def to_roll_sheets(redis: Redis) -> Sink:
    """Return a sink that publishes changes of roll sheets and of feeds to every process."""

    async def publish(wake_ups: Sequence[WakeUp]) -> None:
        changes = [(ROLL_SHEETS, wake_up.encode()) for wake_up in wake_ups if isinstance(wake_up, RollSheetChanged)]
        changes += dict.fromkeys((FEEDS, wake_up.encode()) for wake_up in wake_ups if isinstance(wake_up, FeedGrew))
        if changes:
            async with redis.pipeline(transaction=False) as pipeline:
                for channel, change in changes:
                    pipeline.publish(channel, change)
                await pipeline.execute()

    return publish


def to_tasks(redis: Redis) -> Sink:
    """Return a sink that publishes changes of background tasks, each task once per batch, to every process that
    watches one.
    """

    async def publish(wake_ups: Sequence[WakeUp]) -> None:
        changes = dict.fromkeys(wake_up.encode() for wake_up in wake_ups if isinstance(wake_up, TaskChanged))
        if changes:
            async with redis.pipeline(transaction=False) as pipeline:
                for change in changes:
                    pipeline.publish(TASKS, change)
                await pipeline.execute()

    return publish


class Announcer:
    """Sends wake-ups to Redis in the background, so that no request ever waits for Redis."""

    def __init__(
        self, *sinks: Sink, here: Sequence[Heard] = (), patient: Sequence[Sink] = (), capacity: int = 10_000
    ) -> None:
        """sinks -- receive wake-ups at once, but those that come right after others together
        here -- are told at once, even before the announcer was started, of those that processes send each other
        patient -- receive all others, together with what follows soon, in place of `sinks`; none given: those do
        """
        self._here = here
        self._at_once = _Sending(sinks, capacity, apart=_APART_SECONDS)
        self._soon = _Sending(patient, capacity, gathered=_GATHERED_SECONDS) if patient else None
        self._sendings = [each for each in (self._at_once, self._soon) if each is not None]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        WAKE_UPS_WAITING.set_function(lambda: sum(each.queue.qsize() for each in self._sendings))
        self._tasks = [asyncio.create_task(each.run(), name="announcer") for each in self._sendings]

    async def close(self, patience_seconds: float = 2.0) -> None:
        """Send what is queued, for at most `patience_seconds`."""
        if not self._tasks:
            return
        try:
            async with asyncio.timeout(patience_seconds):
                await asyncio.gather(*(each.queue.join() for each in self._sendings))
        except TimeoutError:
            log.warning("wake_ups_dropped", count=sum(each.queue.qsize() for each in self._sendings))
        for task in self._tasks:
            task.cancel()

    def announce(self, wake_ups: Sequence[WakeUp]) -> None:
        """Queue the wake-ups. When Redis has been away so long that the queue is full, they are dropped."""
        live = [wake_up for wake_up in wake_ups if isinstance(wake_up, Live)]
        for heard in self._here:
            for wake_up in live:
                self._tell(heard, wake_up)
        if self._soon is None:
            self._at_once.add(wake_ups)
        else:
            self._at_once.add(live)
            self._soon.add(wake_up for wake_up in wake_ups if not isinstance(wake_up, Live))

    def _tell(self, heard: Heard, wake_up: Live) -> None:
        """What has been committed stays so, whatever becomes of a wake-up, and the next one is told."""
        try:
            heard(wake_up)
        except Exception as fault:
            log.warning("wake_ups_not_heard", fault=fault)


class _Sending:
    """What some sinks are sent, in batches.

    gathered -- the seconds that the first wake-up of a batch waits for others
    apart -- the seconds after a batch during which wake-ups wait for the next one
    """

    def __init__(self, sinks: Sequence[Sink], capacity: int, *, gathered: float = 0.0, apart: float = 0.0) -> None:
        self._sinks = sinks
        self.queue: asyncio.Queue[WakeUp] = asyncio.Queue(capacity)
        self._gathered = gathered
        self._apart = apart

    def add(self, wake_ups: Iterable[WakeUp]) -> None:
        for wake_up in wake_ups:
            try:
                self.queue.put_nowait(wake_up)
            except asyncio.QueueFull:
                WAKE_UPS_LOST.inc()
                log.warning("wake_up_dropped")

    async def run(self) -> None:
        loop, next_at = asyncio.get_running_loop(), 0.0
        while True:
            batch = [await self.queue.get()]
            pause = max(self._gathered, next_at - loop.time())
            if pause > 0:
                await asyncio.sleep(pause)
            while not self.queue.empty() and len(batch) < 500:
                batch.append(self.queue.get_nowait())
            for sink in self._sinks:
                try:
                    await sink(batch)
                except Exception as error:
                    WAKE_UPS_LOST.inc(len(batch))
                    log.warning("wake_ups_failed", count=len(batch), fault=error)
            next_at = loop.time() + self._apart
            for _ in batch:
                self.queue.task_done()
