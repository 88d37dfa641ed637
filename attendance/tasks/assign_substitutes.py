"""Assign substitutes to many occurrences as a background task (R9.4, R9.9). Each item is one occurrence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.absences.assign_substitutes import assign_substitutes
from attendance.rules.absences.substitutes import NO_ADDRESS, Assignment, AssignmentOptions
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChosenSubstitute:
    """An assignment. `title` is what staff read about the occurrence. `substitute_id` is None when
    nobody substitutes.
    """

    timeslot_id: UUID
    held_on: date
    substitute_id: UUID | None
    title: str


@dataclass(frozen=True, slots=True)
class SubstitutesChosen:
    """The assignments, each occurrence once."""

    staff_absence_id: UUID
    chosen: tuple[ChosenSubstitute, ...]
    options: AssignmentOptions


class AssignSubstitutes(Kind[SubstitutesChosen]):
    """Assigns the substitutes and sends the e-mails about them. What a rule refuses for an occurrence becomes its
    exception.
    """

    kind: ClassVar = TaskKind.ASSIGN_SUBSTITUTES
    given_type: ClassVar = SubstitutesChosen
    batch_size: ClassVar = 10

    async def plan(self, uow: UnitOfWork, task: Task[SubstitutesChosen], *, now: datetime) -> Sequence[ItemDraft]:
        return [
            ItemDraft(
                each.title,
                {
                    "timeslot_id": str(each.timeslot_id),
                    "held_on": each.held_on.isoformat(),
                    "substitute_id": each.substitute_id and str(each.substitute_id),
                },
            )
            for each in task.given.chosen
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[SubstitutesChosen], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        wanted = [_assignment(item) for item in items]
        done = await assign_substitutes(uow, task.given.staff_absence_id, wanted, task.given.options, now=now)
        return [
            TaskException(item.position, NO_ADDRESS)
            for item, each in zip(items, wanted, strict=True)
            if each.key in done.unreached
        ]


def _assignment(item: Item) -> Assignment:
    substitute_id = item.given["substitute_id"]
    return Assignment(
        OccurrenceKey(UUID(item.given["timeslot_id"]), date.fromisoformat(item.given["held_on"])),
        substitute_id and UUID(substitute_id),
    )
