"""Which occurrences an expected absence covers (R6.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExpectedAbsence:
    """From one date to another, both inclusive, all day or (both times given) in the same window on each of
    the days; for all of the student's enrollments, or for the chosen ones.
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
    """Does the absence hit the occurrence that starts then, in local wall time? Half-open intervals:
    11:00-11:30 does not hit 11:30-12:00. An all-day absence hits what starts on its dates; a window also what
    runs into it past midnight.
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


def covering(
    absences: Iterable[ExpectedAbsence],
    on_date: date,
    start_time: time,
    duration_minutes: int,
    enrollment_id: UUID | None,
) -> ExpectedAbsence | None:
    """The approved absence that speaks for the occurrence; of several an excused one, which is the milder
    (R4.5).
    """
    hits = [absence for absence in absences if covers(absence, on_date, start_time, duration_minutes, enrollment_id)]
    return min(hits, key=lambda absence: (not absence.is_excused, absence.starts_on), default=None)
