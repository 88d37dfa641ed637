"""When a family is told that a student has been absent several times in a row (R4.14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus

# A student who was marked absent by default may still come: until then the notice waits, and can be taken back.
AFTER_CLASS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Attended:
    """A mark of a student at an occurrence that took place."""

    key: OccurrenceKey
    status: AttendanceStatus


@dataclass(frozen=True, slots=True)
class Streak:
    """Unexcused absences in a row. `since` is the last occurrence at which the student was there, and names the
    streak whatever is corrected within it; None: the student never was.
    """

    since: OccurrenceKey | None
    absences: tuple[OccurrenceKey, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """`due` is the streak to tell of, if any. `void` names the streaks, by their `since`, whose notices are to be taken
    back unless they were sent.
    """

    due: Streak | None
    void: frozenset[OccurrenceKey | None]


def open_streak(marks: Iterable[Attended]) -> Streak:
    """The streak that lasts until now, of a student's marks in one offering in the order of their occurrences.

    A present-family mark begins a new one. An excused absence neither counts nor ends it, and an occurrence without a
    mark says nothing.
    """
    streak = Streak(None)
    for mark in marks:
        if not mark.status.is_absence:
            streak = Streak(mark.key)
        elif mark.status is AttendanceStatus.ABSENT:
            streak = Streak(streak.since, (*streak.absences, mark.key))
    return streak


def plan_notice(marks: Sequence[Attended], changed: OccurrenceKey, after_absences: int) -> NoticePlan:
    """What the change of the mark at `changed` asks for; `marks` are as for `open_streak`, after the change.

    Only the open streak is told of: one that the student has ended needs no notice any more. The change can have ended
    the streak before it, joined two, or shortened the open one: the notices of those are void.
    """
    streak = open_streak(marks)
    before = [mark.key for mark in marks if not mark.status.is_absence and mark.key != changed]
    place = next((n for n, mark in enumerate(marks) if mark.key == changed), len(marks))
    earlier = [mark.key for mark in marks[:place] if mark.key in set(before)]
    touched = {streak.since, changed, earlier[-1] if earlier else None}
    is_due = len(streak.absences) >= after_absences
    return NoticePlan(streak if is_due else None, frozenset(touched - ({streak.since} if is_due else set())))


def notice_reason(student_id: UUID, offering_id: UUID, since: OccurrenceKey | None) -> str:
    """R9.8: what there is one message for: a streak."""
    streak = "start" if since is None else f"{since.timeslot_id}/{since.held_on}"
    return f"consecutive-absences/{student_id}/{offering_id}/{streak}"


def notice_due_at(ends_at: datetime, now: datetime) -> datetime:
    """Not before the student can no longer come."""
    return max(now, ends_at + AFTER_CLASS)
