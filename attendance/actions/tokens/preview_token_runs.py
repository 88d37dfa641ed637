"""Preview what the deferred runs of occurrences would do (R7.9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.tokens.steps.plan_makeup_tokens import TokenPlan, plan_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.makeup_tokens import TokenStep
from attendance.rules.vocabulary import TokenRunState
from db.tokens import makeup_tokens, token_runs
from db.tokens.token_runs import StoredRun


@dataclass(frozen=True, slots=True)
class PreviewedRun:
    """A run, with the students to whom it would issue (or reinstate) a token and those whose token it would revoke, if
    it happened now. A run that is done does neither.
    """

    run: StoredRun
    issues_to: tuple[UUID, ...] = ()
    revokes_of: tuple[UUID, ...] = ()


async def preview_token_runs(
    connection: AsyncConnection,
    organization_id: UUID,
    occurrences: Collection[OccurrenceKey],
    settings: MakeupTokenSettings,
    *,
    now: datetime,
) -> dict[OccurrenceKey, list[PreviewedRun]]:
    """Return the runs of each occurrence in the order in which they are due.

    They decide as the real runs do, but without locks. The number of statements does not depend on the number of
    occurrences.
    """
    runs = await token_runs.runs_of(connection, organization_id, occurrences)
    armed = [key for key, of_key in runs.items() if any(run.state is TokenRunState.ARMED for run in of_key)]
    plans: dict[OccurrenceKey, TokenPlan] = {}
    if armed:
        wanted = await makeup_tokens.students_with_marks_or_tokens(connection, organization_id, armed)
        plans = await plan_makeup_tokens(
            connection, organization_id, wanted, may_create=True, settings=settings, now=now
        )
    return {key: [_preview(run, plans.get(key)) for run in of_key] for key, of_key in runs.items()}


def _preview(run: StoredRun, plan: TokenPlan | None) -> PreviewedRun:
    if plan is None or run.state is TokenRunState.DONE:
        return PreviewedRun(run)
    return PreviewedRun(
        run,
        issues_to=plan.students(TokenStep.ISSUE, TokenStep.REINSTATE),
        revokes_of=plan.students(TokenStep.REVOKE),
    )
