"""Carry classes over to another session as a background task (R13.5). Each item is a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.catalogue.carry_over import CarryingOver, carry_offering
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChosenOffering:
    """A class, with the title of its item."""

    offering_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class CarryOverGiven:
    """The classes, in the order in which they are carried over."""

    offerings: tuple[ChosenOffering, ...]
    from_session_id: UUID
    to_session_id: UUID
    with_enrollments: bool


class CarryOver(Kind[CarryOverGiven]):
    """Carries each class over in a transaction of its own. Students without a place are exceptions."""

    kind: ClassVar = TaskKind.CARRY_OVER
    given_type: ClassVar = CarryOverGiven
    batch_size: ClassVar = 1

    async def plan(self, uow: UnitOfWork, task: Task[CarryOverGiven], *, now: datetime) -> Sequence[ItemDraft]:
        return [ItemDraft(each.title, {"offering_id": str(each.offering_id)}) for each in task.given.offerings]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[CarryOverGiven], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        given = task.given
        carrying = CarryingOver(given.from_session_id, given.to_session_id, given.with_enrollments)
        told: list[TaskException] = []
        for item in items:
            offering_id = UUID(item.given["offering_id"])
            done = await carry_offering(uow, offering_id, carrying, author=task.author, now=now)
            told += [TaskException(item.position, each.reason, each.student_id) for each in done.left]
        return told
