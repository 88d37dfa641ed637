"""Makeup tokens that staff create and change: dates, states, and when families are told (R8.1, R8.2, R8.5)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_dates
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import expires_on
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_refusals import MakeupTokenDatesNotPossible, MakeupTokenNotChangeable
from attendance.rules.vocabulary import MakeupTokenDatesReason, MakeupTokenState

MOST_DRAFTS = 100
COMMENT_LENGTH = 500
NOTICE_TIME = time(8)
"""When a family is told of a token with a future issue date: on that date, local time (see `notice_due_at`)."""

_State = MakeupTokenState
EDITABLE = frozenset({_State.SCHEDULED, _State.AVAILABLE, _State.REQUESTED, _State.PENDING, _State.EXPIRED})
DELETABLE = frozenset({_State.SCHEDULED, _State.AVAILABLE, _State.REQUESTED, _State.EXPIRED, _State.REVOKED})
RESETTABLE = frozenset({_State.PENDING, _State.REQUESTED})
TOLD = frozenset({_State.SCHEDULED, _State.AVAILABLE})
"""The states in which an e-mail tells the family of a new token."""

_SAID = {
    _State.SCHEDULED: "The makeup token is not issued yet",
    _State.AVAILABLE: "The makeup token is unused",
    _State.REQUESTED: "A makeup is requested with this token",
    _State.PENDING: "A makeup is booked with this token",
    _State.SPENT: "The makeup token is spent",
    _State.EXPIRED: "The makeup token has expired",
    _State.REVOKED: "The makeup token was revoked",
    _State.DELETED: "The makeup token was deleted",
}


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """The terms of a token to create.

    location_id -- None when it can be used at any location
    program_id -- None when it can be used for any program
    issue_on -- None means today
    expires_on -- None means as the settings say, unless it never expires
    """

    location_id: UUID | None = None
    program_id: UUID | None = None
    comment: str | None = None
    issue_on: date | None = None
    expires_on: date | None = None
    never_expires: bool = False
    sends_email: bool = False


@dataclass(frozen=True, slots=True)
class TokenLife:
    """The dates of a token, local at its location. `expires_on` is None when it never expires."""

    issued_on: date
    expires_on: date | None


def life_of(
    draft: TokenDraft, number: int, settings: MakeupTokenSettings, *, today: date, session_ends_on: date | None
) -> TokenLife:
    """Return the dates of a new token (R8.1).

    Raises MakeupTokenDatesNotPossible when the token would expire before its issue, or would be expired from the start.

    number -- the position of the draft, for the message
    session_ends_on -- the end of the student's session on the issue date; None when there is none
    """
    issued_on = draft.issue_on or today
    if draft.never_expires:
        until = None
    elif draft.expires_on is not None:
        until = draft.expires_on
    else:
        until = expires_on(settings, issued_on=issued_on, missed_on=None, session_ends_on=session_ends_on)
    life = TokenLife(issued_on, until)
    reason = MakeupTokenDatesReason
    if draft.never_expires and draft.expires_on is not None:
        _refuse(reason.EXPIRY_AND_NEVER, number, TokenLife(issued_on, draft.expires_on))
    require_order(life, number)
    if until is not None and until < today:
        _refuse(reason.EXPIRED_ALREADY, number, life)
    return life


def require_order(life: TokenLife, number: int | None = None) -> None:
    """Check that the token expires after its issue. Raises MakeupTokenDatesNotPossible."""
    if life.expires_on is not None and life.expires_on < life.issued_on:
        _refuse(MakeupTokenDatesReason.EXPIRES_BEFORE_ISSUE, number, life)


def require_one_end(changes: Mapping[str, Any], never_expires: bool, token: TokenFacts) -> None:
    """Check that an edit does not ask for an expiration date and for none. Raises MakeupTokenDatesNotPossible."""
    if never_expires and changes.get("expires_on") is not None:
        life = TokenLife(changes.get("issued_on") or token.dates.issued_on, changes["expires_on"])
        _refuse(MakeupTokenDatesReason.EXPIRY_AND_NEVER, None, life)


def edited(token: TokenFacts, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the columns that an edit really changes, each with its value before and after.

    An expiration date that staff set replaces the one that the student's leaving set (R8.11).

    Raises MakeupTokenDatesNotPossible when the dates change and the token would expire before its issue. A token for a
    class missed long ago may have expired before it was issued (R7.7); its other fields can be changed.

    changes -- columns of the token: location_id, program_id, comment, issued_on, expires_on
    """
    before = {
        "location_id": token.location and token.location.id,
        "program_id": token.program and token.program.id,
        "comment": token.comment,
        "issued_on": token.dates.issued_on,
        "expires_on": token.dates.expires_on,
        "lapses_on": token.dates.lapses_on,
    }
    if "expires_on" in changes:
        changes = {**changes, "lapses_on": None}
    real = {name: (before[name], after) for name, after in changes.items() if before[name] != after}
    if real.keys() & {"issued_on", "expires_on"}:
        after = {**before, **changes}
        require_order(TokenLife(after["issued_on"], after["expires_on"]))
    return real


def not_changeable(state: MakeupTokenState, advice: str) -> MakeupTokenNotChangeable:
    """Return the refusal of a change in this state.

    advice -- what can be done instead, or that nothing can be done
    """
    return MakeupTokenNotChangeable(state, f"{_SAID[state]}; {advice}.")


def notice_due_at(issued_on: date, zones: Collection[ZoneInfo], now: datetime) -> datetime:
    """Return when the family is told of a token: at once, or in the morning of a future issue date (R8.2), at the first
    of the locations where that morning begins.

    zones -- those of the token (R7.7)
    """
    _, latest = local_dates(now, zones)
    if issued_on <= latest:
        return now
    return min(datetime.combine(issued_on, NOTICE_TIME, zone).astimezone(UTC) for zone in zones or (UTC,))


def notice_reason(token_id: UUID) -> str:
    """Return the key of a token's notice in the outbox. There is one for each token (R9.8)."""
    return f"token/{token_id}/issued"


def _refuse(reason: MakeupTokenDatesReason, draft: int | None, life: TokenLife) -> None:
    which = "The makeup token" if draft is None else f"Makeup token {draft + 1}"
    says = {
        MakeupTokenDatesReason.EXPIRY_AND_NEVER: f"would expire on {life.expires_on} and also never expire; choose "
        "one of the two",
        MakeupTokenDatesReason.EXPIRES_BEFORE_ISSUE: f"would expire on {life.expires_on}, before it is issued on "
        f"{life.issued_on}",
        MakeupTokenDatesReason.EXPIRED_ALREADY: f"would have expired on {life.expires_on} already; choose a later date",
    }[reason]
    raise MakeupTokenDatesNotPossible(reason, draft, life.issued_on, life.expires_on, f"{which} {says}.")
