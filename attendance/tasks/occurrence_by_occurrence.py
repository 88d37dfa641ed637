"""The background tasks that do one thing to each of many occurrences (R9.1, R9.4). Each item is one occurrence."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol, TypeVar
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_exceptions import exceptions_of
from attendance.rules.cancelling.cancelling import CancellationPlan
from attendance.rules.organization.settings import OrganizationSettings
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChosenOccurrence:
    """An occurrence that the task works on. `title` is what staff read about it."""

    timeslot_id: UUID
    held_on: date
    title: str

    @classmethod
    def of(cls, head: OccurrenceHead) -> "ChosenOccurrence":
        title = f"{head.offering.name}, {head.key.held_on} {head.slot.start_time:%H:%M}"
        return cls(head.key.timeslot_id, head.key.held_on, title)


class GivesOccurrences(Protocol):
    """The input of such a task: the occurrences, in the order in which they are worked on."""

    @property
    def occurrences(self) -> tuple[ChosenOccurrence, ...]: ...


GivenT = TypeVar("GivenT", bound=GivesOccurrences)


class OccurrenceByOccurrence(Kind[GivenT]):
    """Works on each occurrence completely, with its tokens and e-mails, in a transaction of its own.

    So open roll sheets wait for one class at most. An occurrence that is refused, because somebody else has cancelled
    or restored it meanwhile, becomes an exception.
    """

    batch_size: ClassVar = 1

    @abstractmethod
    async def act(
        self, uow: UnitOfWork, task: Task[GivenT], key: OccurrenceKey, settings: OrganizationSettings, now: datetime
    ) -> CancellationPlan:
        """Do what the task does to this occurrence, and return the plan that was carried out."""

    async def plan(self, uow: UnitOfWork, task: Task[GivenT], *, now: datetime) -> Sequence[ItemDraft]:
        return [
            ItemDraft(each.title, {"timeslot_id": str(each.timeslot_id), "held_on": each.held_on.isoformat()})
            for each in task.given.occurrences
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[GivenT], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        settings = await read_settings(uow.connection, uow.organization_id)
        exceptions: list[TaskException] = []
        for item in items:
            key = OccurrenceKey(UUID(item.given["timeslot_id"]), date.fromisoformat(item.given["held_on"]))
            plan = await self.act(uow, task, key, settings, now)
            exceptions += [
                TaskException(item.position, sentence, student_id)
                for student_id, sentence in exceptions_of(plan, settings.makeup_tokens)
            ]
        return exceptions
