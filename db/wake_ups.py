"""Wake-ups: a few bytes through Redis that say where in PostgreSQL something is new. Losing them loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
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
# of a process are so many seconds apart, unless there were more wake-ups than one takes.
_APART_SECONDS = 0.05
_AT_ONCE = 500

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


def to_processes(redis: Redis) -> Sink:
    """Return a sink that publishes to every process what processes send each other: one message for each channel."""

    async def publish(wake_ups: Sequence[WakeUp]) -> None:
        for channel, kind in LIVE.items():
            # Each is told once, in the order in which they were announced.
            lines = dict.fromkeys(wake_up.encode() for wake_up in wake_ups if isinstance(wake_up, kind))
            if lines:
                await redis.publish(channel, "\n".join(lines))

    return publish


def heard_in(channel: str, message: str) -> Iterator[Live]:
    """Yield the wake-ups of a message that a process has published: one on each line.

    What is no wake-up is logged and passed over.
    """
    decode = LIVE[channel].decode
    for line in message.split("\n"):
        try:
            yield decode(line)
        except ValueError:
            log.warning("wake_up_not_understood", text=line[:100])


class Announcer:
    """Sends wake-ups to Redis in the background, so that no request ever waits for Redis.

    The first one leaves at once. Those that come in the twentieth of a second after it leave together.
    """

    def __init__(self, *sinks: Sink, here: Sequence[Heard] = (), capacity: int = 10_000) -> None:
        """sinks -- receive the wake-ups, one after another
        here -- are told at once, even before the announcer was started, of those that processes send each other
        """
        self._sinks = sinks
        self._here = here
        self._capacity = capacity
        self._waiting: list[WakeUp] = []
        self._news = asyncio.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        WAKE_UPS_WAITING.set_function(lambda: len(self._waiting))
        self._task = asyncio.create_task(self._send_until_closed(), name="announcer")

    async def close(self, patience_seconds: float = 2.0) -> None:
        """Send what waits, for at most `patience_seconds`."""
        if self._task is None:
            return
        self._is_closing = True
        self._news.set()
        try:
            async with asyncio.timeout(patience_seconds):
                await self._task
        except TimeoutError:
            log.warning("wake_ups_dropped", count=len(self._waiting))

    def announce(self, wake_ups: Sequence[WakeUp]) -> None:
        """Let the wake-ups be sent. When Redis has been away for so long that too many wait, they are dropped."""
        for wake_up in wake_ups:
            if isinstance(wake_up, Live):
                self._tell(wake_up)
        if dropped := max(0, len(self._waiting) + len(wake_ups) - self._capacity):
            WAKE_UPS_LOST.inc(dropped)
            log.warning("wake_ups_dropped", count=dropped)
        self._waiting += wake_ups[: len(wake_ups) - dropped]
        self._news.set()

    def _tell(self, wake_up: Live) -> None:
        """What has been committed stays so, whatever becomes of a wake-up, and the next one is told."""
        for heard in self._here:
            try:
                heard(wake_up)
            except Exception as fault:
                log.warning("wake_ups_not_heard", fault=fault)

    async def _send_until_closed(self) -> None:
        while self._waiting or not self._is_closing:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            for sink in self._sinks:
                try:
                    await sink(batch)
                except Exception as error:
                    WAKE_UPS_LOST.inc(len(batch))
                    log.warning("wake_ups_failed", count=len(batch), fault=error)
            if len(batch) < _AT_ONCE and not self._is_closing:
                await asyncio.sleep(_APART_SECONDS)
