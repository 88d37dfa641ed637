"""Acts that arrive later than people made them, from clients that were offline (section 14)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.marks.attendance_refusals import CapturedTimeNotPossible
from attendance.rules.vocabulary import CapturedTimeReason

DRIFT = timedelta(minutes=2)
"""By how much the clock of a client may be ahead."""
LONGEST = timedelta(days=7)
"""How long an act may be on its way."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The last change of a row's mark on its roll sheet.

    is_defaulted -- whether no person decided it (R4.5, R4.5b).
    is_own -- whether the caller made it.
    decided_at -- when it was captured; the time of the change for a client that was online.
    """

    is_defaulted: bool
    is_own: bool
    decided_at: datetime
    changed_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The students whose row somebody has decided on after an act was captured: the caller (`by_caller`), so that the
    row stays as it is, or somebody else (`by_others`), which is a conflict (R14.2).
    """

    by_caller: Collection[UUID]
    by_others: Collection[UUID]


def judged_at(captured_at: datetime | None, now: datetime) -> datetime:
    """Return the time by which an act is judged (R14.2): when it was captured, or now for a client that is online. A
    clock that is a little ahead counts as now.
    """
    return now if captured_at is None else min(captured_at, now)


def require_possible(captured_at: datetime | None, head: OccurrenceHead, now: datetime) -> None:
    """Raise CapturedTimeNotPossible for a time that is ahead of now, before the occurrence's day at its location, or
    more than a week ago (R14.1).
    """
    if captured_at is None:
        return
    begins_at = datetime.combine(head.key.held_on, time.min, head.zone)
    reason, sentence = None, ""
    if captured_at > now + DRIFT:
        reason, sentence = CapturedTimeReason.AHEAD, "capturedAt lies ahead. Check the clock of the device."
    elif captured_at < begins_at:
        reason, sentence = CapturedTimeReason.BEFORE_DAY, "capturedAt is before the day of the occurrence."
    elif captured_at < now - LONGEST:
        reason, sentence = (
            CapturedTimeReason.TOO_OLD,
            f"capturedAt is more than {LONGEST.days} days ago. Record the attendance anew.",
        )
    if reason is not None:
        raise CapturedTimeNotPossible(reason, sentence)


def overtaken(captured_at: datetime, decisions: Mapping[UUID, Decision], seen_revision: int | None = None) -> Overtaken:
    """Return the rows that a person changed after an act was captured. Marks by default do not count.

    seen_revision -- the revision that the person saw. Changes up to it count as earlier than the act, whatever their
    times are.
    """
    seen = -1 if seen_revision is None else seen_revision
    later = {
        student: decision
        for student, decision in decisions.items()
        if not decision.is_defaulted and decision.decided_at > captured_at and decision.revision > seen
    }
    return Overtaken(
        by_caller={student for student, decision in later.items() if decision.is_own},
        by_others={student for student, decision in later.items() if not decision.is_own},
    )
