"""Finds where a makeup token can be used: the occurrences in a range of dates, each with its obstacles (R8.9)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.listings import ListedSlot, Position, expand
from attendance.rules.calendar.recordability import occurrence_state
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates
from attendance.rules.enrollments.places import Timetable, places_taken_by_date
from attendance.rules.makeups.makeups import (
    MakeupOccasion,
    MakeupStudent,
    class_obstacles,
    horizon,
    obstacles_to,
    token_obstacles,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import Refusal
from attendance.rules.roster.roster import RosterEnrollment, covers, speaking
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """An occurrence with its obstacles. Without any, the token can be used there."""

    position: Position
    openings: int | None
    obstacles: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class MakeupPlaces:
    """The offerings in question by id, and who has a place in them within the dates.

    When places are unlimited, the student's own enrollments are enough.

    steady -- how many students have a place on each of the dates, by offering and timeslot; None as timeslot means all
        timeslots
    enrollments -- the enrollments of all other students, and of the student in question
    absences -- the expected absences of these students
    """

    timetables: Mapping[UUID, Timetable]
    steady: Mapping[tuple[UUID, UUID | None], int]
    enrollments: Mapping[UUID, Sequence[RosterEnrollment]]
    absences: Mapping[UUID, Sequence[ExpectedAbsence]]
    within: DateSpan
    _taken: dict[Timeslot, dict[date, int]] = field(default_factory=dict)

    def candidate(
        self, question: MakeupQuestion, listed: ListedSlot, position: Position, *, is_first_enough: bool
    ) -> Candidate:
        """Return the occurrence with all its obstacles, or with only the first one."""
        timetable = self._timetable(listed)
        series, capacity = timetable.series, timetable.offering.capacity
        taken = self._taken_on(timetable, listed, position.held_on)
        occasion = MakeupOccasion(
            position.key,
            timetable.offering,
            position.starts_at,
            occurrence_state(
                is_cancelled=position.key in series.cancelled,
                is_scheduled=position.held_on in series.schedule,
                is_closed=series.is_closed(position.held_on),
            ),
            taken,
            self._enrollment_of(question.student_id, timetable, position.key),
        )
        obstacles = obstacles_to(occasion, question.student, question.token, question.settings, now=question.now)
        found = tuple(islice(obstacles, 1) if is_first_enough else obstacles)
        return Candidate(position, None if capacity is None else max(0, capacity - taken), found)

    def _timetable(self, listed: ListedSlot) -> Timetable:
        if listed.offering_id is None:
            raise LookupError(f"no offering of timeslot {listed.slot.id}")
        return self.timetables[listed.offering_id]

    def _taken_on(self, timetable: Timetable, listed: ListedSlot, held_on: date) -> int:
        if timetable.offering.capacity is None:
            return 0
        by_date = self._taken.get(listed.slot)
        offering_id = timetable.offering.id
        if by_date is None:
            others = self.enrollments.get(offering_id, ())
            by_date = self._taken[listed.slot] = places_taken_by_date(
                listed.slot, dates(listed.slot, self.within), others, self.absences
            )
        steady = self.steady.get((offering_id, None), 0) + self.steady.get((offering_id, listed.slot.id), 0)
        return steady + by_date[held_on]

    def _enrollment_of(self, student_id: UUID, timetable: Timetable, key: OccurrenceKey) -> UUID | None:
        of_offering = self.enrollments.get(timetable.offering.id, ())
        mine = [each for each in of_offering if each.student_id == student_id and covers(each, key)]
        enrollment = speaking(mine) if mine else None
        return None if enrollment is None else enrollment.id


def possible(
    slots: Iterable[ListedSlot], timetables: Mapping[UUID, Timetable], question: MakeupQuestion
) -> list[ListedSlot]:
    """Return the slots without those of offerings that are impossible on every date: elsewhere, of another program, or
    no class.
    """
    good = {
        key
        for key, timetable in timetables.items()
        if next(class_obstacles(timetable.offering, question.token, question.settings), None) is None
    }
    return [each for each in slots if each.offering_id in good]


def candidates(
    slots: Sequence[ListedSlot],
    places: MakeupPlaces,
    question: MakeupQuestion,
    *,
    after: Position | None,
    is_first_enough: bool,
) -> Iterator[Candidate]:
    """Yield occurrences by start, then by offering name. They are computed lazily, so a page costs only what it looks
    at.
    """
    versions: dict[UUID, list[ListedSlot]] = defaultdict(list)
    for each in slots:
        versions[each.slot.id].append(each)
    for position in expand(slots, places.within, include_not_scheduled=True, after=after):
        listed = next(each for each in versions[position.timeslot_id] if each.slot.falls_on(position.held_on))
        yield places.candidate(question, listed, position, is_first_enough=is_first_enough)
