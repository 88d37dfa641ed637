"""Send statements to families with a balance as a background task (R9.4). Each item is one family."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from attendance.rules.calendar.timeslots import local_dates
from attendance.rules.tasks.statements import NO_ADDRESS, PAID, OwingFamily, owes, statement_facts, statement_reason
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.tasks.emails import Message, queue_emails
from db.tasks.statements import read_owing
from db.tokens.tokens_by_hand import read_zones
from db.unit_of_work import UnitOfWork

TEMPLATE = "statement"


@dataclass(frozen=True, slots=True)
class StatedFamily:
    """A family. `student_id` is the student by whom staff know the family, or None when it has no student any more."""

    family_id: UUID
    student_id: UUID | None


@dataclass(frozen=True, slots=True)
class StatementsAsked:
    families: tuple[StatedFamily, ...]
    minimum: Decimal
    currency: str


class SendStatements(Kind[StatementsAsked]):
    """Tells each family what it owes at the time of sending. A family that has paid meanwhile gets no e-mail."""

    kind: ClassVar = TaskKind.SEND_STATEMENTS
    given_type: ClassVar = StatementsAsked
    batch_size: ClassVar = 100

    async def plan(self, uow: UnitOfWork, task: Task[StatementsAsked], *, now: datetime) -> Sequence[ItemDraft]:
        return [
            ItemDraft("Statement", {"family_id": str(each.family_id)}, each.student_id) for each in task.given.families
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[StatementsAsked], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        ids = {item.position: UUID(item.given["family_id"]) for item in items}
        families = await read_owing(uow.connection, uow.organization_id, set(ids.values()))
        # The families of one task are told the same date: the latest that has begun at all locations.
        stated_on, _ = local_dates(now, (await read_zones(uow.connection, uow.organization_id)).everywhere)
        told: list[TaskException] = []
        messages: list[Message] = []
        for item in items:
            family = families.get(ids[item.position])
            if family is None or not owes(family.balance, task.given.minimum):
                told.append(TaskException(item.position, PAID, item.student_id, undone=True))
            elif family.email is None:
                told.append(TaskException(item.position, NO_ADDRESS, item.student_id, undone=True))
            else:
                messages.append(_message(task, family, family.email, stated_on.isoformat(), now))
        await queue_emails(uow, messages, now=now)
        return told


def _message(
    task: Task[StatementsAsked], family: OwingFamily, recipient: str, stated_on: str, now: datetime
) -> Message:
    return Message(
        reason=statement_reason(task.id, family.id),
        recipient=recipient,
        template=TEMPLATE,
        facts=statement_facts(family, task.given.currency, stated_on),
        due_at=now,
        family_id=family.id,
    )
