"""What a worker's jobs work with, made once a process."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from attendance.tasks.kinds import KINDS, Kinds
from clock import Clock, clock_from
from db.engine import Database, create_engine
from db.wake_ups import Announcer, EmailQueued, Sink, WakeUp, connect_redis, to_roll_sheets, to_tasks
from mail.smtp import SmtpServer
from settings import Settings
from workers.bell import Bell
from workers.pace import REST, Pace

KEY = "worker"


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """The clock is the only one that jobs read, and the announcer tells open roll sheets what they changed. Once
    `stop` is set, what has begun is finished and nothing more is begun. Without a mail server messages are kept.
    """

    database: Database
    announcer: Announcer
    clock: Clock
    mail_server: SmtpServer | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    # Of a worker's ten places at most four wait for a mail server, however slow it is.
    senders: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))
    # The kinds of background tasks that this worker can do, and what rings when one was started.
    kinds: Kinds = field(default_factory=lambda: KINDS)
    bell: Bell = field(default_factory=Bell)
    # What rings when this worker has queued e-mail, and what tasks and mail rest by.
    letters: Bell = field(default_factory=Bell)
    pace: Pace = field(default_factory=Pace)


def context_of(ctx: Mapping[Any, Any]) -> WorkerContext:
    """From the dictionary that arq hands to each job."""
    context: WorkerContext = ctx[KEY]
    return context


def mail_server(settings: Settings) -> SmtpServer | None:
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpServer(settings.smtp_url, settings.mail_from)


def to_letters(bell: Bell) -> Sink:
    """Rings for e-mail that was committed in this process: here is a worker, it need not go through Redis."""

    async def ring(wake_ups: Sequence[WakeUp]) -> None:
        if any(isinstance(wake_up, EmailQueued) for wake_up in wake_ups):
            bell.ring()

    return ring


@asynccontextmanager
async def working(settings: Settings, kinds: Kinds = KINDS, *, rest: float = REST) -> AsyncIterator[WorkerContext]:
    """`rest`: as `Pace` has it."""
    database = Database(create_engine(settings.database_url, pool_size=settings.database_pool_size))
    redis = connect_redis(settings.redis_url)
    letters = Bell()
    announcer = Announcer(to_letters(letters), to_roll_sheets(redis), to_tasks(redis))
    announcer.start()
    try:
        yield WorkerContext(
            database,
            announcer,
            clock_from(settings.test_clock),
            mail_server(settings),
            kinds=kinds,
            letters=letters,
            pace=Pace(rest),
        )
    finally:
        await announcer.close()
        await redis.aclose()
        await database.close()
