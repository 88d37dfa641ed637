"""Which absences earn a makeup token, and what a run does about each student (R7.1, R7.2, R7.4, R8.3)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupTokenState,
    OfferingKind,
    TokenTrigger,
)


class TokenCause(StrEnum):
    """Why a token was not issued, or was revoked, or must be reviewed; the ledger (R7.9) keeps it."""

    NOT_A_CLASS = "NOT_A_CLASS"
    OCCURRENCE_CANCELLED = "OCCURRENCE_CANCELLED"
    NOT_MARKED = "NOT_MARKED"
    NOT_ABSENT = "NOT_ABSENT"
    NOT_EXCUSED = "NOT_EXCUSED"
    TYPE_DOES_NOT_EARN = "TYPE_DOES_NOT_EARN"
    TOKENS_OFF = "TOKENS_OFF"
    OVER_LIMIT = "OVER_LIMIT"
    HAS_TOKEN = "HAS_TOKEN"  # noqa: S105 - a cause, no token
    DELETED_BY_HAND = "DELETED_BY_HAND"
    OCCURRENCE_RESTORED = "OCCURRENCE_RESTORED"


class TokenStep(StrEnum):
    """What one reconciliation does about one student's automatic token of one occurrence."""

    ISSUE = "ISSUE"
    REINSTATE = "REINSTATE"
    REVOKE = "REVOKE"
    FLAG = "FLAG"
    UNFLAG = "UNFLAG"
    SKIP = "SKIP"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class TokenGround:
    """What a student's token of an occurrence stands on. Status None: not marked. Enrollment type None: no
    enrollment is known behind the mark, or a makeup that was given up.
    """

    kind: OfferingKind
    is_cancelled: bool
    status: AttendanceStatus | None
    enrollment_type: EnrollmentType | None

    @property
    def is_absence(self) -> bool:
        return self.status is not None and self.status.is_absence


@dataclass(frozen=True, slots=True)
class TokenDates:
    """What a token's state is derived from. `lapses_on`: the last day on which it is good though it would expire later,
    since the student has left (R8.11). `requested_on`: the date of the makeup that the family waits for an answer
    about, None also where its class was cancelled; `makeup_on`: that of the makeup that the token is tied to.
    """

    issued_on: date
    expires_on: date | None
    is_revoked: bool = False
    is_deleted: bool = False
    requested_on: date | None = None
    makeup_on: date | None = None
    lapses_on: date | None = None

    @property
    def good_through(self) -> date | None:
        """The last local day on which it can be redeemed; None: it never expires."""
        ends = [day for day in (self.expires_on, self.lapses_on) if day is not None]
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Decision:
    step: TokenStep
    cause: TokenCause | None = None


_NOTHING = Decision(TokenStep.NOTHING)
_TIED = frozenset({MakeupTokenState.PENDING, MakeupTokenState.SPENT})
_UNUSED = frozenset({MakeupTokenState.SCHEDULED, MakeupTokenState.AVAILABLE, MakeupTokenState.REQUESTED})


def token_state(token: TokenDates, today: date) -> MakeupTokenState:
    """R8.3, from dates and links alone. Good through the end of the local day `good_through` (R7.7, R8.11), and its
    makeup is pending through the end of its own day. A request that nobody decided lapses with the day that it was for,
    and is none while the issue date is ahead (R8.2). An end put by staff or by the system stands before all else.
    """
    if token.is_deleted:
        return MakeupTokenState.DELETED
    if token.is_revoked:
        return MakeupTokenState.REVOKED
    if token.makeup_on is not None:
        return MakeupTokenState.SPENT if token.makeup_on < today else MakeupTokenState.PENDING
    if token.good_through is not None and token.good_through < today:
        return MakeupTokenState.EXPIRED
    if token.issued_on > today:
        return MakeupTokenState.SCHEDULED
    is_requested = token.requested_on is not None and token.requested_on >= today
    return MakeupTokenState.REQUESTED if is_requested else MakeupTokenState.AVAILABLE


def missing_ground(ground: TokenGround, settings: MakeupTokenSettings) -> TokenCause | None:
    """None: the absence qualifies (R7.4). Else the first thing that it lacks, the most general first."""
    if ground.kind is not OfferingKind.CLASS:
        return TokenCause.NOT_A_CLASS
    if ground.is_cancelled:
        return TokenCause.OCCURRENCE_CANCELLED
    if not ground.is_absence:
        return TokenCause.NOT_MARKED if ground.status is None else TokenCause.NOT_ABSENT
    if ground.enrollment_type not in settings.earning_types:
        return TokenCause.TYPE_DOES_NOT_EARN
    excused_only = settings.token_trigger is TokenTrigger.EXCUSED_ONLY
    if excused_only and ground.status is not AttendanceStatus.EXCUSED_ABSENCE:
        return TokenCause.NOT_EXCUSED
    return None


def reconcile(
    ground: TokenGround,
    settings: MakeupTokenSettings,
    *,
    state: MakeupTokenState | None,
    is_flagged: bool = False,
    may_create: bool,
    is_over_limit: bool,
) -> Decision:
    """The table of R7.4 for one student; `state` is that of the one automatic token, None: there is none.
    Called again with what it led to, it decides NOTHING or the same SKIP.

    Without `may_create` (a deferred mark, R7.3) only ground taken away counts: nothing is issued,
    reinstated or skipped. `is_over_limit` (R7.6) holds for reinstating as for issuing, since a revoked
    token does not count. Tokens switched off (R7.2) stop new ones; they take no earlier one away.
    """
    lacking = missing_ground(ground, settings)
    if lacking is not None:
        return _without_ground(ground, lacking, state, is_flagged=is_flagged, may_create=may_create)
    if state is None or state is MakeupTokenState.REVOKED:
        if not may_create:
            return _NOTHING
        if not settings.tokens_enabled:
            return Decision(TokenStep.SKIP, TokenCause.TOKENS_OFF)
        if is_over_limit:
            return Decision(TokenStep.SKIP, TokenCause.OVER_LIMIT)
        return Decision(TokenStep.ISSUE if state is None else TokenStep.REINSTATE)
    return Decision(TokenStep.UNFLAG) if is_flagged else _NOTHING


def _without_ground(
    ground: TokenGround,
    lacking: TokenCause,
    state: MakeupTokenState | None,
    *,
    is_flagged: bool,
    may_create: bool,
) -> Decision:
    if state in _UNUSED:
        return Decision(TokenStep.REVOKE, lacking)
    if state in _TIED:
        return _NOTHING if is_flagged else Decision(TokenStep.FLAG, lacking)
    if state is None and may_create and ground.is_absence:
        return Decision(TokenStep.SKIP, lacking)
    return _NOTHING
