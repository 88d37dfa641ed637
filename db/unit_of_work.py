"""One transaction that changes things: opened and closed by the edge, once for each mutation field or job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database, set_tenant
from db.wake_ups import Announcer, FeedGrew, RollSheetChanged, WakeUp


@dataclass
class UnitOfWork:
    """What an action gets. Locks are taken in this order: idempotency key, staff members by id, offerings by id,
    occurrences by timeslot and date, students by id, tokens, runs.

    background_task_id -- the task of which this is a part; messages queued with it belong to that task.
    """

    connection: AsyncConnection
    organization_id: UUID
    wake_ups: list[WakeUp] = field(default_factory=list)
    background_task_id: UUID | None = None


@asynccontextmanager
async def unit_of_work(database: Database, organization_id: UUID, announcer: Announcer) -> AsyncIterator[UnitOfWork]:
    """Commits at the end of the block and then announces its wake-ups; any exception rolls everything back.

    A process that dies between the commit and the announcement loses a wake-up, never a fact: whoever listens also
    compares with the database (architecture.md, section 1).
    """
    async with database.engine.begin() as connection:
        await set_tenant(connection, organization_id)
        uow = UnitOfWork(connection, organization_id)
        yield uow
    announcer.announce(uow.wake_ups if _tells_the_feed(uow) else [*uow.wake_ups, FeedGrew(organization_id)])


def _tells_the_feed(uow: UnitOfWork) -> bool:
    """A roll sheet's change does. Whether the transaction did anything else that is fed, only the database knows: to
    look costs less than that an act forgets to say so.
    """
    return any(isinstance(wake_up, RollSheetChanged) for wake_up in uow.wake_ups)
