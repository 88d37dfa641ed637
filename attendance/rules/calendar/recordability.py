"""May attendance be taken for an occurrence, and if not, why (R2.3 to R2.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from attendance.rules.vocabulary import BlackoutScope, NotRecordableReason, OccurrenceState, OfferingKind

_CLOSING_SCOPES: dict[OfferingKind, frozenset[BlackoutScope]] = {
    OfferingKind.CLASS: frozenset({BlackoutScope.ATTENDANCE, BlackoutScope.BOTH}),
    OfferingKind.APPOINTMENT: frozenset({BlackoutScope.BOTH}),
    OfferingKind.CAMP: frozenset(),
}
_REASONS = {
    OccurrenceState.NOT_SCHEDULED: NotRecordableReason.NOT_SCHEDULED,
    OccurrenceState.CLOSED: NotRecordableReason.CLOSED,
    OccurrenceState.CANCELLED: NotRecordableReason.CANCELLED,
}
_SENTENCES = {
    NotRecordableReason.NOT_SCHEDULED: "{kind} is not scheduled to meet on this date.",
    NotRecordableReason.CLOSED: "{kind} is closed on this date.",
    NotRecordableReason.CANCELLED: "{kind} is cancelled on this date.",
    NotRecordableReason.IN_THE_FUTURE: (
        "{kind} has not met yet: attendance is recorded from its date on, expected absences before it."
    ),
}


@dataclass(frozen=True, slots=True)
class NotRecordable:
    reason: NotRecordableReason
    message: str


def closes(kind: OfferingKind, scopes: Iterable[BlackoutScope]) -> bool:
    """Do the program's blackout entries of a date keep an offering of this kind from meeting on it (R2.5)?"""
    return not _CLOSING_SCOPES[kind].isdisjoint(scopes)


def closing_scopes(kind: OfferingKind) -> frozenset[BlackoutScope]:
    """R2.5: the scopes that close offerings of this kind."""
    return _CLOSING_SCOPES[kind]


def occurrence_state(*, is_cancelled: bool, is_scheduled: bool, is_closed: bool) -> OccurrenceState:
    """R2.4. Of several the first of CANCELLED, NOT_SCHEDULED, CLOSED: a cancellation is an act with a
    comment, and must stay visible and restorable; a date outside the schedule would not meet even if it were
    open.
    """
    if is_cancelled:
        return OccurrenceState.CANCELLED
    if not is_scheduled:
        return OccurrenceState.NOT_SCHEDULED
    return OccurrenceState.CLOSED if is_closed else OccurrenceState.SCHEDULED


def not_recordable(kind: OfferingKind, state: OccurrenceState, on_date: date, today: date) -> NotRecordable | None:
    """None: attendance may be taken. `today` is the local date at the location (R2.6). The state outlasts the
    waiting, so it is named before the future is.
    """
    reason = _REASONS.get(state)
    if reason is None and on_date > today:
        reason = NotRecordableReason.IN_THE_FUTURE
    if reason is None:
        return None
    return NotRecordable(reason, _SENTENCES[reason].format(kind=kind.value.capitalize()))
