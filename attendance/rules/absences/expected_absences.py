"""Which occurrences an expected absence covers (R6.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExpectedAbsence:
    """An absence from one date to another, both inclusive.

    It is all day or, when both times are given, in the same window on each of the dates. It covers all of the student's
    enrollments, or only the chosen ones.
    """

    starts_on: date
    ends_on: date
    is_excused: bool
    comment: str | None = None
    window_start: time | None = None
    window_end: time | None = None
    enrollment_ids: frozenset[UUID] | None = None


def covers(
    absence: ExpectedAbsence,
    on_date: date,
    start_time: time,
    duration_minutes: int,
    enrollment_id: UUID | None,
) -> bool:
    """Return whether the absence covers the occurrence that starts then, in local wall time.

    Intervals are half-open: 11:00 to 11:30 does not cover 11:30 to 12:00. An all-day absence covers what starts on its
    dates. A window also covers an occurrence of the day before that runs into it past midnight.
    """
    if absence.enrollment_ids is not None and enrollment_id not in absence.enrollment_ids:
        return False
    if absence.window_start is None or absence.window_end is None:
        return absence.starts_on <= on_date <= absence.ends_on
    starts = datetime.combine(on_date, start_time)
    ends = starts + timedelta(minutes=duration_minutes)
    return any(
        absence.starts_on <= day <= absence.ends_on
        and starts < datetime.combine(day, absence.window_end)
        and datetime.combine(day, absence.window_start) < ends
        for day in (on_date, on_date + _DAY)
    )


def includes(absence: ExpectedAbsence, other: ExpectedAbsence) -> bool:
    """Return whether the absence says all that the other one says: its dates, its window and its enrollments."""
    if not absence.starts_on <= other.starts_on <= other.ends_on <= absence.ends_on:
        return False
    if absence.enrollment_ids is not None and (
        other.enrollment_ids is None or not other.enrollment_ids <= absence.enrollment_ids
    ):
        return False
    if absence.window_start is None or absence.window_end is None:
        return True
    if other.window_start is None or other.window_end is None:
        return False
    return absence.window_start <= other.window_start and other.window_end <= absence.window_end


def covering(
    absences: Collection[ExpectedAbsence],
    on_date: date,
    start_time: time,
    duration_minutes: int,
    enrollment_id: UUID | None,
) -> ExpectedAbsence | None:
    """Return the approved absence that applies to the occurrence, or None. When there are several, an excused one
    applies, because it is the milder (R4.5).
    """
    if not absences:
        return None
    hits = [absence for absence in absences if covers(absence, on_date, start_time, duration_minutes, enrollment_id)]
    return min(hits, key=lambda absence: (not absence.is_excused, absence.starts_on), default=None)
