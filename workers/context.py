"""The dependencies of a worker's jobs, made once per process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from attendance.rules.accounts.account_links import LinkTerms
from attendance.tasks.kinds import KINDS, Kinds
from clock import Clock, clock_from
from db.engine import Database, create_engine
from db.limits import Limits
from db.pool import show_pool
from db.unit_of_work import UnitOfWork, unit_of_work
from db.wake_ups import Announcer, EmailQueued, Sink, WakeUp, connect_redis, to_processes
from mail.smtp import SmtpServer
from settings import Settings
from workers.bell import Bell
from workers.pace import REST, Pace
from workers.post import Post

KEY = "worker"


@dataclass(slots=True)
class Activity:
    """How the process stands with the queue, for its report (`workers.report`)."""

    queue: str = "not served yet"
    jobs: Callable[[], int] = lambda: 0


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What jobs work with. `clock` is the only clock that jobs read, and `announcer` tells open roll sheets about
    changes.

    stop -- once it is set, jobs finish what they have begun and begin nothing more
    mail_server -- takes the messages; with None, they are kept
    links -- how the links in messages are made; with None, messages with a link fail
    """

    database: Database
    announcer: Announcer
    clock: Clock
    mail_server: SmtpServer | None = None
    links: LinkTerms | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    post: Post = field(default_factory=Post)
    # The kinds of background tasks that this worker can do, and the bell that rings when a task was started.
    kinds: Kinds = field(default_factory=lambda: KINDS)
    bell: Bell = field(default_factory=Bell)
    # The bell that rings when this worker has queued e-mail, and the pace at which tasks and mail rest.
    letters: Bell = field(default_factory=Bell)
    pace: Pace = field(default_factory=Pace)
    activity: Activity = field(default_factory=Activity)

    def unit_of_work(self, organization_id: UUID) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a writing transaction of an organization."""
        return unit_of_work(self.database, organization_id, self.announcer, self.clock)


def context_of(ctx: Mapping[Any, Any]) -> WorkerContext:
    """Return the context from the dictionary that arq passes to each job."""
    context: WorkerContext = ctx[KEY]
    return context


def mail_server(settings: Settings) -> SmtpServer | None:
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpServer(settings.smtp_url, settings.mail_from)


def to_letters(bell: Bell) -> Sink:
    """Return a sink that rings for e-mail committed in this process. A worker is here, so Redis is not needed."""

    async def ring(wake_ups: Sequence[WakeUp]) -> None:
        if any(isinstance(wake_up, EmailQueued) for wake_up in wake_ups):
            bell.ring()

    return ring


@asynccontextmanager
async def working(settings: Settings, kinds: Kinds = KINDS, *, rest: float = REST) -> AsyncIterator[WorkerContext]:
    """Yield the context of a worker's process. `rest` is the `share` of `Pace`."""
    limits = Limits(lock=settings.database_lock_timeout, idle=settings.database_idle_timeout)
    database = Database(create_engine(settings.database_url, pool_size=settings.database_pool_size, limits=limits))
    redis = connect_redis(settings.redis_url)
    letters = Bell()
    announcer = Announcer(to_letters(letters), to_processes(redis))
    announcer.start()
    show_pool(database.engine)
    try:
        yield WorkerContext(
            database,
            announcer,
            clock_from(settings.test_clock),
            mail_server(settings),
            LinkTerms.of(settings.secret.get_secret_value(), settings.pages_url),
            kinds=kinds,
            letters=letters,
            pace=Pace(rest),
        )
    finally:
        await announcer.close()
        await redis.aclose()
        await database.close()
