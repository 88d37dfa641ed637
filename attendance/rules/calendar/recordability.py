"""Whether attendance can be recorded for an occurrence, and if not, why (R2.3 to R2.6)."""

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
        "{kind} has not met yet. Attendance can be recorded from its date on; until then, record an expected absence."
    ),
}


@dataclass(frozen=True, slots=True)
class NotRecordable:
    reason: NotRecordableReason
    message: str


def closing_scopes(kind: OfferingKind) -> frozenset[BlackoutScope]:
    """Return the blackout scopes that close offerings of this kind (R2.5)."""
    return _CLOSING_SCOPES[kind]


def occurrence_state(*, is_cancelled: bool, is_scheduled: bool, is_closed: bool) -> OccurrenceState:
    """Return the state of an occurrence (R2.4): the first of CANCELLED, NOT_SCHEDULED and CLOSED that applies.

    A cancellation comes first because it is an act with a comment, which must stay visible and restorable.
    NOT_SCHEDULED comes before CLOSED because an unscheduled date would not meet even if it were open.
    """
    if is_cancelled:
        return OccurrenceState.CANCELLED
    if not is_scheduled:
        return OccurrenceState.NOT_SCHEDULED
    return OccurrenceState.CLOSED if is_closed else OccurrenceState.SCHEDULED


def not_recordable(kind: OfferingKind, state: OccurrenceState, on_date: date, today: date) -> NotRecordable | None:
    """Return why attendance cannot be recorded, or None when it can.

    today -- the current local date at the location (R2.6).

    The occurrence's state comes before IN_THE_FUTURE, because it still applies when the date has come.
    """
    reason = _REASONS.get(state)
    if reason is None and on_date > today:
        reason = NotRecordableReason.IN_THE_FUTURE
    if reason is None:
        return None
    return NotRecordable(reason, _SENTENCES[reason].format(kind=kind.value.capitalize()))
