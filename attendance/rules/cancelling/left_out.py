"""Which students a cancellation gives no token, and why (R9.2)."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from attendance.rules.cancelling.cancelling import CancellationPlan, StudentOutcome
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from attendance.rules.vocabulary import OfferingKind


class NoTokensReason(StrEnum):
    """Why cancelling occurrences creates no token at all."""

    NOT_ASKED = "NOT_ASKED"
    NOT_A_CLASS = "NOT_A_CLASS"
    NOBODY_ON_ROSTER = "NOBODY_ON_ROSTER"
    ALL_LEFT_OUT = "ALL_LEFT_OUT"
    NONE_NEEDED = "NONE_NEEDED"


def left_out(plan: CancellationPlan) -> Iterator[tuple[StudentOutcome, TokenCause]]:
    """Return the students on the roster who get no token although tokens are given, each with the reason. A makeup that
    gets its own token back is not left out.
    """
    if not plan.gives_tokens:
        return
    for outcome in plan.outcomes:
        if outcome.student.place is None:
            continue
        if plan.sheet.kind is not OfferingKind.CLASS:
            yield outcome, TokenCause.NOT_A_CLASS
        elif outcome.token.step is TokenStep.SKIP and outcome.token.cause is not None:
            yield outcome, outcome.token.cause


def no_tokens_reason(plans: Sequence[CancellationPlan]) -> NoTokensReason | None:
    """Return why none of the plans creates a token, or None when one of them does, or when there is no plan."""
    if not plans or any(outcome.gets_token for plan in plans for outcome in plan.outcomes):
        return None
    if not plans[0].gives_tokens:
        return NoTokensReason.NOT_ASKED
    if all(plan.sheet.kind is not OfferingKind.CLASS for plan in plans):
        return NoTokensReason.NOT_A_CLASS
    if all(outcome.student.place is None for plan in plans for outcome in plan.outcomes):
        return NoTokensReason.NOBODY_ON_ROSTER
    is_anybody = any(True for plan in plans for _ in left_out(plan))
    return NoTokensReason.ALL_LEFT_OUT if is_anybody else NoTokensReason.NONE_NEEDED
