"""Cancel occurrences as a background task (R9.1, R9.4). Each item is one occurrence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.cancelling.cancel_occurrence import cancel_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_exceptions import exceptions_of
from attendance.rules.cancelling.cancelling import CancellationOptions
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChosenOccurrence:
    """An occurrence to cancel. `title` is what staff read about it."""

    timeslot_id: UUID
    held_on: date
    title: str


@dataclass(frozen=True, slots=True)
class CancelGiven:
    """The occurrences, in the order in which they are cancelled."""

    occurrences: tuple[ChosenOccurrence, ...]
    options: CancellationOptions


class CancelOccurrences(Kind[CancelGiven]):
    """Cancels each occurrence completely, with its tokens and e-mails, in a transaction of its own.

    So open roll sheets wait for one class at most. An occurrence that somebody else has cancelled meanwhile becomes an
    exception.
    """

    kind: ClassVar = TaskKind.CANCEL_OCCURRENCES
    given_type: ClassVar = CancelGiven
    batch_size: ClassVar = 1

    async def plan(self, uow: UnitOfWork, task: Task[CancelGiven], *, now: datetime) -> Sequence[ItemDraft]:
        return [
            ItemDraft(each.title, {"timeslot_id": str(each.timeslot_id), "held_on": each.held_on.isoformat()})
            for each in task.given.occurrences
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[CancelGiven], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        settings = await read_settings(uow.connection, uow.organization_id)
        exceptions: list[TaskException] = []
        for item in items:
            key = OccurrenceKey(UUID(item.given["timeslot_id"]), date.fromisoformat(item.given["held_on"]))
            done = await cancel_occurrence(uow, key, task.given.options, author=task.author, settings=settings, now=now)
            exceptions += [
                TaskException(item.position, sentence, student_id)
                for student_id, sentence in exceptions_of(done.plan, settings.makeup_tokens)
            ]
        return exceptions
