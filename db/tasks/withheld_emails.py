"""The e-mails of a cancelled task that are kept back, and may be sent later (R9.5)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db import models
from db.unit_of_work import UnitOfWork
from db.wake_ups import EmailQueued, TaskChanged

# Messages are always locked in the order of their reasons, as when they are queued.
_WITHHOLD = text("""
UPDATE email SET state = 'WITHDRAWN', is_withheld = true
WHERE organization_id = :organization_id AND state = 'QUEUED' AND id IN (
    SELECT e.id FROM email e
    JOIN background_task t ON t.organization_id = e.organization_id AND t.id = e.background_task_id
    WHERE e.organization_id = :organization_id AND e.background_task_id = :task_id AND e.state = 'QUEUED'
      AND t.withholds_emails
    ORDER BY e.reason FOR UPDATE OF e
)
""")
# A worker may still hold an attempt at the message; the next attempt has another number.
_SEND = text("""
UPDATE email SET state = 'QUEUED', is_withheld = false, due_at = greatest(due_at, :now),
    attempts = attempts + least(attempts, 1)
WHERE organization_id = :organization_id AND state = 'WITHDRAWN' AND is_withheld AND id IN (
    SELECT e.id FROM email e
    WHERE e.organization_id = :organization_id AND e.background_task_id = :task_id AND e.is_withheld
    ORDER BY e.reason FOR UPDATE OF e
)
RETURNING id, due_at
""")
_WITHHELD = text("""
SELECT w.number, mail.id, mail.family_id
FROM unnest(CAST(:tasks AS uuid[]), CAST(:after AS uuid[]), CAST(:limits AS integer[]))
    WITH ORDINALITY AS w (task_id, after, most, number)
CROSS JOIN LATERAL (
    SELECT e.id, e.family_id FROM email e
    WHERE e.organization_id = :organization_id AND e.background_task_id = w.task_id AND e.is_withheld
      AND (w.after IS NULL OR e.id > w.after)
    ORDER BY e.id
    LIMIT w.most
) AS mail
ORDER BY w.number, mail.id
""")


@dataclass(frozen=True, slots=True)
class WithheldWanted:
    """A page of a task's withheld e-mails, after one of them."""

    task_id: UUID
    after: UUID | None
    limit: int


@dataclass(frozen=True, slots=True)
class WithheldEmail:
    """`family_id` is None for an e-mail to a staff member."""

    id: UUID
    family_id: UUID | None


async def ask_to_withhold_emails(uow: UnitOfWork, task_id: UUID) -> None:
    """Record that the task's e-mails are to be kept back. The caller has locked the task."""
    task = models.BackgroundTask
    await uow.connection.execute(
        update(task)
        .where(task.organization_id == uow.organization_id, task.id == task_id)
        .values(withholds_emails=True, revision=task.revision + 1)
    )
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))


async def withhold_emails(uow: UnitOfWork, task_id: UUID) -> None:
    """Keep back the task's e-mails that were not handed over yet, if that was asked for.

    The caller has seen to it that no worker is in the middle of a batch of the task.
    """
    await uow.connection.execute(_WITHHOLD, {"organization_id": uow.organization_id, "task_id": task_id})


async def send_withheld(uow: UnitOfWork, task_id: UUID, *, now: datetime) -> int:
    """Queue the task's withheld e-mails and return their number. The caller has locked the task, which has ended."""
    given = {"organization_id": uow.organization_id, "task_id": task_id, "now": now}
    queued = (await uow.connection.execute(_SEND, given)).all()
    task = models.BackgroundTask
    await uow.connection.execute(
        update(task)
        .where(task.organization_id == uow.organization_id, task.id == task_id, task.withholds_emails)
        .values(withholds_emails=False, revision=task.revision + 1)
    )
    uow.wake_ups += [EmailQueued(uow.organization_id, row.id, row.due_at) for row in queued]
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))
    return len(queued)


async def read_withheld(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[WithheldWanted]
) -> list[list[WithheldEmail]]:
    """Return the pages in the order of `wanted`, in one statement."""
    given = {
        "organization_id": organization_id,
        "tasks": [each.task_id for each in wanted],
        "after": [each.after for each in wanted],
        "limits": [each.limit for each in wanted],
    }
    pages: dict[int, list[WithheldEmail]] = defaultdict(list)
    for row in await connection.execute(_WITHHELD, given):
        pages[row.number].append(WithheldEmail(row.id, row.family_id))
    return [pages[number] for number in range(1, len(wanted) + 1)]
