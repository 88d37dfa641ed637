"""Create makeup tokens for cancelled occurrences as a background task (R9.1, R9.4). Each item is one occurrence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.cancelling.create_cancellation_tokens import create_cancellation_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_exceptions import exceptions_of
from attendance.rules.cancelling.cancelling import CancellationTokens
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.cancel_occurrences import ChosenOccurrence
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancellationTokensGiven:
    """The cancelled occurrences, in the order in which they are worked on."""

    occurrences: tuple[ChosenOccurrence, ...]
    tokens: CancellationTokens


class CreateCancellationTokens(Kind[CancellationTokensGiven]):
    """Creates the tokens of each occurrence, with their e-mails, in a transaction of its own. An occurrence that
    somebody has restored meanwhile becomes an exception.
    """

    kind: ClassVar = TaskKind.CREATE_CANCELLATION_TOKENS
    given_type: ClassVar = CancellationTokensGiven
    batch_size: ClassVar = 1

    async def plan(self, uow: UnitOfWork, task: Task[CancellationTokensGiven], *, now: datetime) -> Sequence[ItemDraft]:
        return [
            ItemDraft(each.title, {"timeslot_id": str(each.timeslot_id), "held_on": each.held_on.isoformat()})
            for each in task.given.occurrences
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[CancellationTokensGiven], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        settings = await read_settings(uow.connection, uow.organization_id)
        exceptions: list[TaskException] = []
        for item in items:
            key = OccurrenceKey(UUID(item.given["timeslot_id"]), date.fromisoformat(item.given["held_on"]))
            done = await create_cancellation_tokens(
                uow, key, task.given.tokens, author=task.author, settings=settings, now=now
            )
            exceptions += [
                TaskException(item.position, sentence, student_id)
                for student_id, sentence in exceptions_of(done.plan, settings.makeup_tokens)
            ]
        return exceptions
