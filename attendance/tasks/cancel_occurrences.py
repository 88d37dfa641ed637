"""Cancel occurrences as a background task (R9.1, R9.4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from attendance.actions.cancelling.cancel_occurrence import cancel_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Task
from attendance.tasks.occurrence_by_occurrence import ChosenOccurrence, OccurrenceByOccurrence
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancelGiven:
    """The occurrences, in the order in which they are cancelled."""

    occurrences: tuple[ChosenOccurrence, ...]
    options: CancellationOptions


class CancelOccurrences(OccurrenceByOccurrence[CancelGiven]):
    """Cancels each occurrence."""

    kind: ClassVar = TaskKind.CANCEL_OCCURRENCES
    given_type: ClassVar = CancelGiven

    async def act(
        self,
        uow: UnitOfWork,
        task: Task[CancelGiven],
        key: OccurrenceKey,
        settings: OrganizationSettings,
        now: datetime,
    ) -> CancellationPlan:
        done = await cancel_occurrence(uow, key, task.given.options, author=task.author, settings=settings, now=now)
        return done.plan
