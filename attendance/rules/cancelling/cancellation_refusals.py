"""The refusals of cancelling and restoring occurrences (R9.1, R9.3)."""

from dataclasses import dataclass

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.refusals import AskedWrongly, Refusal
from attendance.rules.vocabulary import OccurrenceState

_SENTENCES = {
    OccurrenceState.CANCELLED: "{kind} is already cancelled on this date.",
    OccurrenceState.NOT_SCHEDULED: "{kind} is not scheduled to meet on this date, so there is nothing to cancel.",
    OccurrenceState.CLOSED: "{kind} is closed on this date, so there is nothing to cancel.",
}


@dataclass(eq=False)
class OccurrenceNotCancellable(Refusal):
    """Only a SCHEDULED occurrence can be cancelled, whether past or future (R2.4)."""

    state: OccurrenceState
    message: str


@dataclass(eq=False)
class OccurrenceNotCancelled(Refusal):
    """The occurrence is not cancelled, so it cannot be restored (R9.3)."""

    message: str = "This occurrence is not cancelled."


@dataclass(eq=False)
class NothingToCancel(Refusal):
    """None of the chosen occurrences can be cancelled. `not_cancellable` is empty when no occurrence was chosen."""

    not_cancellable: tuple[tuple[OccurrenceHead, OccurrenceNotCancellable], ...]

    @property
    def message(self) -> str:  # type: ignore[override]
        if len(self.not_cancellable) == 1:
            return self.not_cancellable[0][1].message
        if self.not_cancellable:
            return f"None of these {len(self.not_cancellable)} occurrences can be cancelled."
        return "No occurrence meets the conditions."


@dataclass(eq=False)
class NoneCancelled(Refusal):
    """None of the chosen occurrences is cancelled, so there is no cancellation to create tokens for."""

    message: str = "None of the chosen occurrences is cancelled."


@dataclass(eq=False)
class TooManyOccurrences(AskedWrongly):
    """More than `most` occurrences were chosen."""

    most: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"More than {self.most} occurrences were chosen; cancel fewer at once."


def not_cancellable(head: OccurrenceHead) -> OccurrenceNotCancellable | None:
    """Return why the occurrence cannot be cancelled, or None when it can."""
    sentence = _SENTENCES.get(head.state)
    if sentence is None:
        return None
    return OccurrenceNotCancellable(head.state, sentence.format(kind=head.offering.kind.value.capitalize()))
