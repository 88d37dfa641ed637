"""Where a makeup token can be used: the occurrences of a range, each with what is against it (R8.9)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from attendance.rules.calendar import DateSpan, OccurrenceKey, dates
from attendance.rules.expected_absences import ExpectedAbsence
from attendance.rules.listings import ListedSlot, Position, expand
from attendance.rules.makeups import (
    MakeupOccasion,
    MakeupStudent,
    class_obstacles,
    horizon,
    makeup_obstacles,
    token_obstacles,
)
from attendance.rules.places import Timetable, places_taken_by_date
from attendance.rules.recordability import occurrence_state
from attendance.rules.refusals import Refusal
from attendance.rules.roster import RosterEnrollment, covers, speaking
from attendance.rules.settings import MakeupTokenSettings
from attendance.rules.student_tokens import TokenFacts

MOST_DAYS = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MakeupQuestion:
    """Who asks with which token, and when."""

    student_id: UUID
    student: MakeupStudent
    token: TokenFacts
    settings: MakeupTokenSettings
    now: datetime

    @property
    def is_good_nowhere(self) -> bool:
        return next(token_obstacles(self.token, now=self.now), None) is not None

    def bookable(self, within: DateSpan) -> DateSpan:
        """The dates of the range that may be ahead and within the horizon in some zone."""
        today = self.now.astimezone(UTC).date()
        return within.clip(DateSpan(today - _DAY, horizon(self.settings, today + _DAY)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An occurrence with what is against it; nothing: the token can be used there."""

    position: Position
    openings: int | None
    obstacles: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class MakeupPlaces:
    """The offerings in question by id, with those of their enrollments that matter and the absences of their students.
    Of an offering with unlimited places the student's own enrollments are enough.
    """

    timetables: Mapping[UUID, Timetable]
    enrollments: Mapping[UUID, Sequence[RosterEnrollment]]
    absences: Mapping[UUID, Sequence[ExpectedAbsence]]
    within: DateSpan
    _taken: dict[UUID, dict[date, int]] = field(default_factory=dict)

    def candidate(self, question: MakeupQuestion, listed: ListedSlot, position: Position) -> Candidate:
        timetable = self.timetables[listed.offering_id] if listed.offering_id else None
        if timetable is None:
            raise LookupError(f"no timetable of timeslot {listed.slot.id}")
        taken = self._taken_on(timetable, listed, position.held_on)
        occasion = MakeupOccasion(
            position.key,
            timetable.offering,
            position.starts_at,
            occurrence_state(
                is_cancelled=position.key in timetable.series.cancelled,
                is_scheduled=position.held_on in timetable.series.schedule,
                is_closed=timetable.series.is_closed(position.held_on),
            ),
            taken,
            self._enrollment_of(question.student_id, timetable, position.key),
        )
        found = makeup_obstacles(occasion, question.student, question.token, question.settings, now=question.now)
        capacity = timetable.offering.capacity
        return Candidate(position, None if capacity is None else max(0, capacity - taken), tuple(found))

    def _taken_on(self, timetable: Timetable, listed: ListedSlot, held_on: date) -> int:
        if timetable.offering.capacity is None:
            return 0
        by_date = self._taken.get(listed.slot.id)
        if by_date is None:
            of_offering = self.enrollments.get(timetable.offering.id, ())
            by_date = self._taken[listed.slot.id] = places_taken_by_date(
                listed.slot, dates(listed.slot, self.within), of_offering, self.absences
            )
        return by_date[held_on]

    def _enrollment_of(self, student_id: UUID, timetable: Timetable, key: OccurrenceKey) -> UUID | None:
        of_offering = self.enrollments.get(timetable.offering.id, ())
        mine = speaking(each for each in of_offering if each.student_id == student_id and covers(each, key))
        return None if mine is None else mine.id


def possible(
    slots: Iterable[ListedSlot], timetables: Mapping[UUID, Timetable], question: MakeupQuestion
) -> list[ListedSlot]:
    """Without the slots of offerings that no date makes right: elsewhere, of another program, no class."""
    good = {
        key
        for key, timetable in timetables.items()
        if next(class_obstacles(timetable.offering, question.token, question.settings), None) is None
    }
    return [each for each in slots if each.offering_id in good]


def candidates(
    slots: Sequence[ListedSlot], places: MakeupPlaces, question: MakeupQuestion, *, after: Position | None
) -> Iterator[Candidate]:
    """By start, then offering name, lazily: a page costs what it looks at."""
    by_id = {listed.slot.id: listed for listed in slots}
    for position in expand(slots, places.within, include_not_scheduled=True, after=after):
        yield places.candidate(question, by_id[position.timeslot_id], position)
