"""What a student's absence led to: a makeup token, a token that will come, or none, and why (R7.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from attendance.rules.tokens.makeup_tokens import Decision, TokenCause, TokenStep
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_ledger import LedgerStep, because
from attendance.rules.vocabulary import MakeupTokenAct

_EARNING = (TokenStep.ISSUE, TokenStep.REINSTATE)


class TokenOutcome(StrEnum):
    """What an absence led to."""

    ISSUED = "ISSUED"
    WAITING = "WAITING"
    SKIPPED = "SKIPPED"
    REVOKED = "REVOKED"
    DELETED = "DELETED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Absence:
    """What is known of an absence.

    tokens -- its automatic tokens, whatever became of them
    steps -- its ledger entries, oldest first
    due_at -- when the next deferred run will look at it; None when none will
    forecast -- what a run would decide now
    counted -- how many tokens count towards the limit; None when they need not be counted
    """

    tokens: Sequence[TokenFacts]
    steps: Sequence[LedgerStep]
    due_at: datetime | None
    forecast: Decision | None
    counted: int | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class TokenDecision:
    outcome: TokenOutcome
    message: str
    cause: TokenCause | None = None
    token: TokenFacts | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def decide(absence: Absence) -> TokenDecision:
    """Say what the absence led to. An existing token decides first, then a deferred run that is due, then the last
    ledger entry. If nothing was ever entered, the rule of R7.4 decides.
    """
    live = next((each for each in absence.tokens if not each.dates.is_revoked and not each.dates.is_deleted), None)
    if live is not None:
        return TokenDecision(TokenOutcome.ISSUED, "A makeup token was issued.", token=live)
    deleted = next((each for each in absence.tokens if each.dates.is_deleted), None)
    if deleted is not None:
        return _because(TokenOutcome.DELETED, TokenCause.DELETED_BY_HAND, {}, deleted)
    revoked = next(iter(absence.tokens), None)
    if absence.due_at is not None:
        return _ahead(absence, revoked)
    last = absence.steps[-1] if absence.steps else None
    if last is not None and last.cause is not None and last.act in (MakeupTokenAct.SKIPPED, MakeupTokenAct.REVOKED):
        outcome = TokenOutcome.SKIPPED if last.act is MakeupTokenAct.SKIPPED else TokenOutcome.REVOKED
        return _because(outcome, last.cause, last.facts, revoked)
    return _by_rule(absence, revoked)


def _ahead(absence: Absence, revoked: TokenFacts | None) -> TokenDecision:
    if absence.forecast is not None and absence.forecast.step in _EARNING:
        message = f"A makeup token will be issued by a run that is due at {absence.due_at:%Y-%m-%d %H:%M} UTC."
        return TokenDecision(TokenOutcome.WAITING, message, token=revoked)
    return _by_rule(absence, revoked)


def _by_rule(absence: Absence, revoked: TokenFacts | None) -> TokenDecision:
    forecast = absence.forecast
    if forecast is not None and forecast.cause is not None:
        facts = {"counted": absence.counted, "limit": absence.limit}
        return _because(TokenOutcome.SKIPPED, forecast.cause, facts, revoked)
    if revoked is not None:
        return TokenDecision(TokenOutcome.REVOKED, "The makeup token was revoked.", token=revoked)
    return TokenDecision(
        TokenOutcome.UNDECIDED,
        "The absence would earn a makeup token, but no decision was made, because it was not recorded here.",
    )


def _because(
    outcome: TokenOutcome, cause: TokenCause, facts: Mapping[str, Any], token: TokenFacts | None
) -> TokenDecision:
    said = "The makeup token was revoked" if outcome is TokenOutcome.REVOKED else "There is no makeup token"
    return TokenDecision(outcome, f"{said}: {because(cause, facts)}.", cause, token, facts)
