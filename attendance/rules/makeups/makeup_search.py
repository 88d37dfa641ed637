"""Finds where a makeup token can be used: the occurrences in a range of dates, each with its obstacles (R8.9)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.recordability import occurrence_state
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.enrollments.places import Timetable
from attendance.rules.makeups.makeups import (
    MakeupOccasion,
    MakeupStudent,
    age_in_months,
    horizon,
    obstacles_to,
    token_obstacles,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import Refusal
from attendance.rules.tokens.student_tokens import TokenFacts

MOST_DAYS = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MakeupQuestion:
    """The student and the token for which a class is searched, and the time of the search."""

    student_id: UUID
    student: MakeupStudent
    token: TokenFacts
    settings: MakeupTokenSettings
    now: datetime

    @property
    def is_good_nowhere(self) -> bool:
        return next(token_obstacles(self.token, now=self.now), None) is not None

    def bookable(self, within: DateSpan) -> DateSpan:
        """Return the dates in the range that are, in some time zone, in the future and not too far ahead."""
        today = self.now.astimezone(UTC).date()
        return within.clip(DateSpan(today - _DAY, horizon(self.settings, today + _DAY)))

    def first_bookable(self, after: Position | None) -> Position:
        """Return a position after which every occurrence comes that can be booked in time, but not before `after`."""
        earliest_at = self.now + timedelta(minutes=self.settings.makeup_latest_booking_minutes)
        earliest = Position(earliest_at, "", UUID(int=0), date.min)
        return earliest if after is None else max(after, earliest)

    def months_old(self, on_date: date) -> int | None:
        """Return the student's age on the date, or None when it is not known."""
        return None if self.student.birth_on is None else age_in_months(self.student.birth_on, on_date)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An occurrence with its obstacles. Without any, the token can be used there."""

    position: Position
    openings: int | None
    obstacles: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class MakeupPlaces:
    """The places at an occurrence.

    taken -- the students on the roster, except those who are expected to be absent (R6.3); any number when places are
        unlimited
    enrollment_id -- the enrollment through which the student in question is on the roster; None when they are not
    """

    taken: int
    enrollment_id: UUID | None


def judged(
    position: Position, timetable: Timetable, places: MakeupPlaces, question: MakeupQuestion, *, is_first_enough: bool
) -> Candidate:
    """Return the occurrence with all its obstacles, or with only the first one."""
    series, capacity = timetable.series, timetable.offering.capacity
    occasion = MakeupOccasion(
        position.key,
        timetable.offering,
        position.starts_at,
        occurrence_state(
            is_cancelled=position.key in series.cancelled,
            is_scheduled=position.held_on in series.schedule,
            is_closed=series.is_closed(position.held_on),
        ),
        places.taken,
        places.enrollment_id,
    )
    obstacles = obstacles_to(occasion, question.student, question.token, question.settings, now=question.now)
    found = tuple(islice(obstacles, 1) if is_first_enough else obstacles)
    return Candidate(position, None if capacity is None else max(0, capacity - places.taken), found)
