"""One writing transaction, which the edge opens and closes once for each mutation field or job."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.sheets import SheetFacts
from db.checking_out import driver_of
from db.driver import HotStatement, WithValues
from db.engine import Database, set_tenant
from db.wake_ups import Announcer, FeedGrew, RollSheetChanged, WakeUp


@dataclass
class UnitOfWork:
    """The transaction that an action works in.

    Lock order: idempotency key (in a worker the background task's lease), the absences of a student, the organization,
    the catalogue, staff members and other people by id, offerings by id, the advisory lock for rosters, occurrences by
    timeslot and date, an expected absence, students by id, makeup tokens by id. Every action takes the locks that it
    needs in this order, so that transactions cannot deadlock. A token run is locked only while its occurrence is
    locked, so its place does not matter. An act on the marks of one roll sheet locks the occurrence even before its
    idempotency key, as all such acts do, and the key mostly after everything else. Triggers lock the counters of access
    and feed last, when the transaction commits.

    background_task_id -- the task that this transaction is part of, to which queued messages then belong; None when
        there is no such task
    clock -- the entry point's clock; with None, `now` is the time of everything that the transaction writes
    sheets -- the roll sheets on which the transaction has acted, as its last act on the marks has left them, so that
        they need not be read again to be shown
    opened -- the roll sheets whose occurrences were locked as the transaction began, each with its rows if they have
        been read after that (see `db.marks.sheets`). The act on the sheet takes them out
    looked_up -- the idempotency key that was looked up with such a roll sheet, with a row that has what is kept for it
        (see `db.idempotency`)
    puts_off -- whether the commit of the transaction executes what is put off
    """

    connection: AsyncConnection
    organization_id: UUID
    wake_ups: list[WakeUp] = field(default_factory=list)
    background_task_id: UUID | None = None
    clock: Callable[[], datetime] | None = None
    sheets: dict[OccurrenceKey, SheetFacts] = field(default_factory=dict)
    opened: dict[OccurrenceKey, Sequence[Any] | None] = field(default_factory=dict)
    looked_up: dict[str, Any] = field(default_factory=dict)
    puts_off: bool = False

    def time_under_lock(self, now: datetime) -> datetime:
        """Return the time to write for an act whose lock the caller holds. `now` was read before the transaction waited
        for the lock, and others may have acted meanwhile.
        """
        return now if self.clock is None else max(now, self.clock())

    async def put_off(self, statement: HotStatement, parameters: Mapping[str, object]) -> None:
        """Execute the statement before the next one of the transaction, or in the round trip of the commit. What it
        returns is lost. What it raises is raised there.

        The server's log shows its values when it fails, so it must not have texts of people.
        """
        driver = driver_of(self.connection) if self.puts_off else None
        if driver is None:
            await statement.rows(self.connection, parameters)
        else:
            statement.put_off(driver, parameters)


def unit_of_work(
    database: Database,
    organization_id: UUID,
    announcer: Announcer,
    clock: Callable[[], datetime] | None = None,
    *,
    first: WithValues | None = None,
) -> AbstractAsyncContextManager[UnitOfWork]:
    """Commit at the end of the block and then announce the wake-ups. Any exception rolls everything back.

    first -- a statement that is executed as the transaction begins (see `Database.write`)

    A process that dies between the commit and the announcement loses a wake-up but no data, because listeners also
    compare with the database (docs/architecture.md).
    """
    return _Work(database.write(organization_id, first), organization_id, announcer, clock)


class _Work(AbstractAsyncContextManager[UnitOfWork]):
    """A block that is a unit of work in the transaction that it opens."""

    __slots__ = ("_announcer", "_clock", "_organization_id", "_uow", "_writing")

    def __init__(
        self,
        writing: AbstractAsyncContextManager[AsyncConnection],
        organization_id: UUID,
        announcer: Announcer,
        clock: Callable[[], datetime] | None,
    ) -> None:
        self._writing = writing
        self._organization_id = organization_id
        self._announcer = announcer
        self._clock = clock

    async def __aenter__(self) -> UnitOfWork:
        connection = await self._writing.__aenter__()
        self._uow = UnitOfWork(connection, self._organization_id, clock=self._clock, puts_off=True)
        return self._uow

    async def __aexit__(self, *fault: Any) -> None:
        await self._writing.__aexit__(*fault)
        if fault[0] is None:
            told = self._uow.wake_ups
            self._announcer.announce(told if _tells_the_feed(self._uow) else [*told, FeedGrew(self._organization_id)])


@asynccontextmanager
async def rehearsal(
    database: Database, organization_id: UUID, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[UnitOfWork]:
    """Roll everything back at the end of the block, and announce nothing. What an act does here is what it would do."""
    async with database.connect() as connection, connection.begin() as transaction:
        await set_tenant(connection, organization_id)
        yield UnitOfWork(connection, organization_id, clock=clock)
        await transaction.rollback()


def _tells_the_feed(uow: UnitOfWork) -> bool:
    """Tell whether a wake-up already covers the feed, as a roll sheet's change does. Only the database knows whether
    the transaction did anything else for the feed, and a needless look costs less than an act that forgets to announce
    itself.
    """
    return any(isinstance(wake_up, RollSheetChanged) for wake_up in uow.wake_ups)
