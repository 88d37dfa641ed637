"""Which absences earn a makeup token, and what a reconciliation does about each student (R7.1, R7.2, R7.4, R8.3)."""

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
    """Why a token was not issued, was revoked, or must be reviewed. The ledger (R7.9) stores it."""

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
    CLASS_NOT_HELD = "CLASS_NOT_HELD"


class TokenStep(StrEnum):
    """What one reconciliation does about a student's automatic token for one occurrence."""

    ISSUE = "ISSUE"
    REINSTATE = "REINSTATE"
    REVOKE = "REVOKE"
    FLAG = "FLAG"
    UNFLAG = "UNFLAG"
    SKIP = "SKIP"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class TokenGround:
    """The facts on which a student's token for an occurrence depends.

    status -- None when the student is not marked
    enrollment_type -- None when no enrollment behind the mark is known, or when it was a makeup that was given up
    is_of_cancellation -- whether the student's live token was issued for the cancellation of the class, or stands for
        such a token (R9.2); while the class is cancelled, it is earned
    """

    kind: OfferingKind
    is_cancelled: bool
    status: AttendanceStatus | None
    enrollment_type: EnrollmentType | None
    is_of_cancellation: bool = False

    @property
    def is_absence(self) -> bool:
        return self.status is not None and self.status.is_absence


@dataclass(frozen=True, slots=True)
class TokenDates:
    """The dates from which a token's state is derived.

    requested_on -- the date of the makeup that the family has requested; None when there is no open request, or when
        its class was cancelled
    makeup_on -- the date of the makeup with which the token is tied; None when it is free
    lapses_on -- the last day on which the token can be used because the student has left (R8.11), even if it expires
        later
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
        """The last local day on which the token can be redeemed. None when it never expires."""
        ends = [day for day in (self.expires_on, self.lapses_on) if day is not None]
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Decision:
    step: TokenStep
    cause: TokenCause | None = None


_NOTHING = Decision(TokenStep.NOTHING)
_TIED = frozenset({MakeupTokenState.PENDING, MakeupTokenState.SPENT})
_UNUSED = frozenset({MakeupTokenState.SCHEDULED, MakeupTokenState.AVAILABLE, MakeupTokenState.REQUESTED})


def token_state(
    token: TokenDates, today: date, *, latest: date | None = None, at_class: date | None = None
) -> MakeupTokenState:
    """Return the state of a token, from its dates and links alone (R8.3).

    A token can be used until the end of the local day `good_through` (R7.7, R8.11). Its makeup is pending until the end
    of its own day. An undecided request lapses with the day that it was for, but not because the token's last day
    passes while staff wait (R8.6b); it does not count before the issue date (R8.2). Being deleted or revoked overrides
    everything else.

    today -- the local date at the token's location; for a token without a location, the earliest of the dates at all
        live locations, because the token expires when its last day has ended at all of them (R7.7)
    latest -- the latest of these dates, from which on the token is seen; None when it is the same date
    at_class -- the local date at the location of the makeup or of the requested class; None means `today`
    """
    there = today if at_class is None else at_class
    if token.is_deleted:
        return MakeupTokenState.DELETED
    if token.is_revoked:
        return MakeupTokenState.REVOKED
    if token.makeup_on is not None:
        return MakeupTokenState.SPENT if token.makeup_on < there else MakeupTokenState.PENDING
    is_ahead = token.issued_on > (today if latest is None else latest)
    if token.requested_on is not None and token.requested_on >= there and not is_ahead:
        return MakeupTokenState.REQUESTED
    if token.good_through is not None and token.good_through < today:
        return MakeupTokenState.EXPIRED
    return MakeupTokenState.SCHEDULED if is_ahead else MakeupTokenState.AVAILABLE


def missing_ground(ground: TokenGround, settings: MakeupTokenSettings) -> TokenCause | None:
    """Return the first reason why the absence does not qualify, the most general one first. None when it qualifies
    (R7.4).
    """
    if ground.kind is not OfferingKind.CLASS:
        return TokenCause.NOT_A_CLASS
    if ground.is_cancelled:
        return None if ground.is_of_cancellation else TokenCause.OCCURRENCE_CANCELLED
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
    """Decide about one student, by the table of R7.4. When it is called again after its decision was carried out, it
    returns NOTHING or the same SKIP.

    Tokens that are switched off (R7.2) prevent new tokens; they do not revoke earlier ones. A token of a cancellation
    that was taken back is judged by the absence, so it stands for the absence's own token (R9.2).

    state -- the state of the live automatic token, or of the absence's token when none is live; None when there is none
    may_create -- False for a deferred mark (R7.3): only a loss of the ground counts, and nothing is issued, reinstated
        or skipped
    is_over_limit -- whether the limit (R7.6) prevents issuing; it also prevents reinstating, because revoked tokens are
        not counted
    """
    lacking = missing_ground(ground, settings)
    if lacking is not None:
        if ground.is_of_cancellation:
            lacking = TokenCause.OCCURRENCE_RESTORED
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


def stays_when_freed(flagged_for: str | None) -> bool:
    """Return whether a flagged token stays when the business cancels its makeup: two cancellations by the business must
    not leave a family with nothing (R9.2). `flagged_for` is the cause of the flag.
    """
    return flagged_for == TokenCause.OCCURRENCE_CANCELLED


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
