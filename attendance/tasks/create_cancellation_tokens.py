"""Create makeup tokens for cancelled occurrences as a background task (R9.1, R9.4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from attendance.actions.cancelling.create_cancellation_tokens import create_cancellation_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancelling import CancellationPlan, CancellationTokens
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import TaskKind
from attendance.tasks.kind import Task
from attendance.tasks.occurrence_by_occurrence import ChosenOccurrence, OccurrenceByOccurrence
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CancellationTokensGiven:
    """The cancelled occurrences, in the order in which they are worked on."""

    occurrences: tuple[ChosenOccurrence, ...]
    tokens: CancellationTokens


class CreateCancellationTokens(OccurrenceByOccurrence[CancellationTokensGiven]):
    """Creates the tokens of each occurrence, with their e-mails."""

    kind: ClassVar = TaskKind.CREATE_CANCELLATION_TOKENS
    given_type: ClassVar = CancellationTokensGiven

    async def act(
        self,
        uow: UnitOfWork,
        task: Task[CancellationTokensGiven],
        key: OccurrenceKey,
        settings: OrganizationSettings,
        now: datetime,
    ) -> CancellationPlan:
        done = await create_cancellation_tokens(
            uow, key, task.given.tokens, author=task.author, settings=settings, now=now
        )
        return done.plan
