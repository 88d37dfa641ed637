"""Preview what cancelling occurrences would do (R9.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.cancelling.cancel_occurrence import plan_cancelling
from attendance.actions.cancelling.choose_occurrences import Chosen
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.cancelling.cancelling import (
    CancellationOptions,
    CancellationPlan,
    CancellationTokens,
    CancelledStudent,
    KnownToken,
    StudentOutcome,
)
from attendance.rules.cancelling.left_out import NoTokensReason, left_out, no_tokens_reason
from attendance.rules.organization.permissions import Viewer
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from db.tokens.makeup_tokens import occasions_of


@dataclass(frozen=True)
class PreviewedCancellation:
    """What cancelling would do, with one plan for each occurrence that can be cancelled."""

    chosen: Chosen
    plans: tuple[CancellationPlan, ...]

    @cached_property
    def outcomes(self) -> list[tuple[OccurrenceHead, StudentOutcome]]:
        pairs = zip(self.chosen.heads, self.plans, strict=True)
        return [(head, outcome) for head, plan in pairs for outcome in plan.outcomes]

    @cached_property
    def over_limit(self) -> list[tuple[OccurrenceHead, StudentOutcome]]:
        return [(head, outcome) for head, outcome in self.outcomes if outcome.is_over_limit]

    @cached_property
    def unreachable(self) -> list[tuple[OccurrenceHead, StudentOutcome]]:
        pairs = zip(self.chosen.heads, self.plans, strict=True)
        return [(head, outcome) for head, plan in pairs for outcome in plan.unreachable]

    @cached_property
    def left_out(self) -> list[tuple[OccurrenceHead, StudentOutcome, TokenCause]]:
        pairs = zip(self.chosen.heads, self.plans, strict=True)
        return [(head, outcome, cause) for head, plan in pairs for outcome, cause in left_out(plan)]

    @cached_property
    def returned(self) -> list[tuple[OccurrenceHead, CancelledStudent, KnownToken, bool]]:
        """The tokens that become free, with whether the last day is put off."""
        before = {token.id: token for _, outcome in self.outcomes for token in outcome.student.makeups}
        return [
            (head, outcome.student, token, token.dates.good_through != before[token.id].dates.good_through)
            for head, outcome in self.outcomes
            for token in outcome.given_back
        ]

    @property
    def no_tokens_reason(self) -> NoTokensReason | None:
        return no_tokens_reason(self.plans)

    def count(self, *steps: TokenStep) -> int:
        """Return how many cancellation tokens these steps concern."""
        return sum(outcome.token.step in steps for _, outcome in self.outcomes)

    def count_absences(self, step: TokenStep) -> int:
        return sum(outcome.absence.step is step for _, outcome in self.outcomes)


async def preview_cancellation(
    connection: AsyncConnection, viewer: Viewer, chosen: Chosen, options: CancellationOptions, *, now: datetime
) -> PreviewedCancellation:
    """Return what `cancel_occurrence` would do with each occurrence, one after the other.

    This executes at most four statements, however many occurrences there are.
    """
    organization_id = viewer.caller.organization_id
    keys = [head.key for head in chosen.heads]
    occasions = await occasions_of(connection, organization_id, keys) if keys else {}
    plans = await plan_cancelling(
        connection,
        organization_id,
        {key: occasions[key] for key in keys},
        options,
        viewer.settings.makeup_tokens,
        now=now,
    )
    return PreviewedCancellation(chosen, tuple(plans))


async def preview_cancellation_tokens(
    connection: AsyncConnection,
    viewer: Viewer,
    cancelled: Sequence[OccurrenceHead],
    tokens: CancellationTokens,
    *,
    now: datetime,
) -> PreviewedCancellation:
    """Return what `create_cancellation_tokens` would do with each of these cancelled occurrences."""
    chosen, options = Chosen(tuple(cancelled), ()), CancellationOptions(tokens=tokens)
    return await preview_cancellation(connection, viewer, chosen, options, now=now)
