"""The ledger of makeup tokens as it is read: what was done and why, as sentences (R7.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.vocabulary import MakeupTokenAct, MakeupTokenState, PersonKind, Source, TokenRunPhase

_DAY = timedelta(days=1)
_SENTENCES = {
    MakeupTokenAct.ISSUED: "The makeup token was issued",
    MakeupTokenAct.SKIPPED: "No makeup token was issued",
    MakeupTokenAct.REVOKED: "The makeup token was revoked",
    MakeupTokenAct.REINSTATED: "The makeup token was reinstated",
    MakeupTokenAct.FLAGGED: "The makeup token is already used, and was flagged for staff to review",
    MakeupTokenAct.UNFLAGGED: "The makeup token no longer needs a review",
    MakeupTokenAct.REQUESTED: "A makeup was requested with the token",
    MakeupTokenAct.DENIED: "The request for a makeup was denied",
    MakeupTokenAct.WITHDRAWN: "The request for a makeup was withdrawn",
    MakeupTokenAct.REDEEMED: "A makeup was booked with the token",
    MakeupTokenAct.RESET: "The makeup, or the request for one, was given up, and the token was freed",
    MakeupTokenAct.EDITED: "The makeup token was changed",
    MakeupTokenAct.DELETED: "The makeup token was deleted",
    MakeupTokenAct.EXPIRED: "The makeup token expired",
}
_CAUSES = {
    TokenCause.NOT_A_CLASS: "only classes earn makeup tokens",
    TokenCause.OCCURRENCE_CANCELLED: "the class was cancelled",
    TokenCause.NOT_MARKED: "the student is not marked",
    TokenCause.NOT_ABSENT: "the student was not absent",
    TokenCause.NOT_EXCUSED: "only excused absences earn makeup tokens",
    TokenCause.TYPE_DOES_NOT_EARN: "enrollments of this type earn no makeup tokens",
    TokenCause.TOKENS_OFF: "makeup tokens are switched off",
    TokenCause.OVER_LIMIT: "the limit is reached",
    TokenCause.HAS_TOKEN: "the student has another token of the same class",
    TokenCause.DELETED_BY_HAND: "staff deleted the token of this class",
    TokenCause.OCCURRENCE_RESTORED: "the class takes place again",
    TokenCause.CLASS_NOT_HELD: "the class is not held on that date any more",
}
_PHASES = {
    TokenRunPhase.AFTER_CLASS: "by the run 30 minutes after the class",
    TokenRunPhase.END_OF_DAY: "by the run at the end of the day",
}
_FREEING = frozenset({MakeupTokenAct.ISSUED, MakeupTokenAct.REINSTATED, MakeupTokenAct.RESET, MakeupTokenAct.EDITED})


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """One entry of the ledger. A skip has no token, and a token created by hand has no occurrence.

    by -- who did it; None when the system did
    facts -- the facts that were stored with the act
    id -- not unique among derived entries (EXPIRED)
    number -- in the order of the acts; 0 for entries from before they were numbered
    """

    id: UUID
    student_id: UUID
    token_id: UUID | None
    occurrence: OccurrenceKey | None
    act: MakeupTokenAct
    cause: TokenCause | None
    entered_at: datetime
    source: Source
    by: tuple[PersonKind, PersonFacts] | None
    facts: Mapping[str, Any]
    number: int = 0

    @property
    def sentence(self) -> str:
        phase = self.facts.get("phase")
        how = f" {_PHASES[TokenRunPhase(phase)]}" if phase in _PHASES else ""
        why = f": {because(self.cause, self.facts)}" if self.cause else ""
        put_off_to = self.facts.get("put_off_to")
        until = f" Its last day was put off to {put_off_to}." if put_off_to else ""
        return f"{_SENTENCES[self.act]}{how}{why}.{until}"


def because(cause: TokenCause, facts: Mapping[str, Any]) -> str:
    """Return a clause, for example "the limit is reached (2 of 2)"."""
    counted, limit = facts.get("counted"), facts.get("limit")
    if cause is not TokenCause.OVER_LIMIT or counted is None:
        return _CAUSES[cause]
    return f"{_CAUSES[cause]} ({counted}{'' if limit is None else f' of {limit}'})"


def with_expiry(token: TokenFacts, steps: Iterable[LedgerStep], now: datetime) -> list[LedgerStep]:
    """Return the entries in the order of the acts, and the token's expiry if it has expired.

    The expiry happened at the end of the token's last local day, or with the later act that left the token unused. It
    is derived, so no job has to write it.
    """
    known = sorted(steps, key=lambda step: (step.number, step.entered_at, step.id))
    last_day = token.dates.good_through
    if token.state(now) is not MakeupTokenState.EXPIRED or last_day is None:
        return known
    ends_at = max(datetime.combine(last_day + _DAY, time(), zone).astimezone(UTC) for zone in token.zones or (UTC,))
    freed_at = max((step.entered_at for step in known if step.act in _FREEING), default=ends_at)
    expiry = LedgerStep(
        id=token.id,
        student_id=token.student_id,
        token_id=token.id,
        occurrence=token.missed,
        act=MakeupTokenAct.EXPIRED,
        cause=None,
        entered_at=max(ends_at, freed_at),
        source=Source.SYSTEM,
        by=None,
        facts={"expires_on": last_day.isoformat()},
    )
    # An act at the same instant comes first, because the expiry follows from it.
    before = [step for step in known if step.entered_at <= expiry.entered_at]
    return [*before, expiry, *known[len(before) :]]
