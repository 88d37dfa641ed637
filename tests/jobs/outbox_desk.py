"""An outbox to send from: messages for families, workers at any time, and what has become of each message."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from db.engine import Database
from db.tasks.emails import Message, queue_emails, withdraw_emails
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from mail.smtp import SmtpServer
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.send_email import send_due

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FACTS = {"student": "Ann", "offering": "Swim 1", "absent_on": ["2026-11-02", "2026-11-09"]}


@dataclass
class Outbox:
    world: World
    database: Database
    server: SmtpServer | None
    announcer: Announcer = field(default_factory=Announcer)

    async def queue(self, reason: str = "absences/1", recipient: str = "baker@example.org", **changes: Any) -> None:
        values: dict[str, Any] = {"template": "consecutive_absences", "facts": FACTS, "due_at": NOW} | changes
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            await queue_emails(uow, [Message(reason, recipient, **values)], now=NOW)

    async def withdraw(self, reason: str = "absences/1") -> None:
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            await withdraw_emails(uow, [reason])

    def worker(self, at: datetime = NOW) -> WorkerContext:
        return WorkerContext(self.database, self.announcer, lambda: at, self.server)

    async def send(self, at: datetime = NOW) -> int:
        """As the sweep does; the number of attempts."""
        return await send_due(self.worker(at))

    async def rows(self) -> list[Any]:
        columns = "state, attempts, due_at, sent_at, last_error, facts"
        found = await self.world.owner.execute(text(f"SELECT {columns} FROM email ORDER BY reason"))
        return list(found.all())

    async def states(self) -> list[tuple[str, int]]:
        """Of each message: its state, and the number of attempts."""
        return [(row.state, row.attempts) for row in await self.rows()]
