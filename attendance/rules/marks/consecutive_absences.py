"""When a family is notified that a student has been absent several times in a row (R4.14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus

# A student who was marked absent by default may still arrive. The notice waits until then, and can be taken back.
AFTER_CLASS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Attended:
    """A mark of a student at an occurrence that took place."""

    key: OccurrenceKey
    status: AttendanceStatus


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive unexcused absences.

    since -- the last occurrence at which the student was there. It identifies the streak, whatever is corrected within
        it. None when the student was never there.
    """

    since: OccurrenceKey | None
    absences: tuple[OccurrenceKey, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What to do about notices.

    due -- the streak of which to notify the family. None when there is none.
    void -- the streaks, by their `since`, whose notices are to be withdrawn unless they were sent.
    """

    due: Streak | None
    void: frozenset[OccurrenceKey | None]


def open_streak(marks: Iterable[Attended]) -> Streak:
    """Return the streak that continues to the present.

    marks -- the student's marks in one offering, in the order of their occurrences.

    A present-family mark begins a new streak. An excused absence neither counts nor ends the streak, and an occurrence
    without a mark has no effect.
    """
    streak = Streak(None)
    for mark in marks:
        if not mark.status.is_absence:
            streak = Streak(mark.key)
        elif mark.status is AttendanceStatus.ABSENT:
            streak = Streak(streak.since, (*streak.absences, mark.key))
    return streak


def plan_notice(marks: Sequence[Attended], changed: OccurrenceKey, after_absences: int) -> NoticePlan:
    """Return what to do after the mark at `changed` was changed.

    marks -- as for `open_streak`, after the change.

    Only the open streak leads to a notice: one that the student has ended no longer needs it. The change can have ended
    the previous streak, joined two, or shortened the open one; the notices of these are void.
    """
    streak = open_streak(marks)
    before = [mark.key for mark in marks if not mark.status.is_absence and mark.key != changed]
    place = next((n for n, mark in enumerate(marks) if mark.key == changed), len(marks))
    earlier = [mark.key for mark in marks[:place] if mark.key in set(before)]
    touched = {streak.since, changed, earlier[-1] if earlier else None}
    is_due = len(streak.absences) >= after_absences
    return NoticePlan(streak if is_due else None, frozenset(touched - ({streak.since} if is_due else set())))


def notice_reason(student_id: UUID, offering_id: UUID, since: OccurrenceKey | None) -> str:
    """Return the reason key of the notice: there is one message for each streak (R9.8)."""
    streak = "start" if since is None else f"{since.timeslot_id}/{since.held_on}"
    return f"consecutive-absences/{student_id}/{offering_id}/{streak}"


def notice_due_at(ends_at: datetime, now: datetime) -> datetime:
    """Return when to send the notice: not before the student can no longer arrive."""
    return max(now, ends_at + AFTER_CLASS)
