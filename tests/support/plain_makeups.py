"""The plain way to search for makeups, with which searches are compared: all timeslots, timetables, enrollments and
absences in question are read, and the rules count the places.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate, islice
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.makeups.search_makeups import FoundMakeups, MakeupSearch
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.listings import ListedSlot, Position, expand
from attendance.rules.calendar.recordability import occurrence_state
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates
from attendance.rules.enrollments.places import Timetable, places_taken
from attendance.rules.makeups.makeup_search import Candidate, MakeupQuestion
from attendance.rules.makeups.makeups import MakeupOccasion, class_obstacles, obstacles_to
from attendance.rules.roster.roster import RosterEnrollment, covers, dates_of, speaking
from attendance.rules.vocabulary import EnrollmentType, OfferingKind
from db.calendar.listing_filter import ListingFilter
from db.calendar.occurrence_listings import read_slots
from db.calendar.timetables import read_timetables
from db.enrollments.enrollments import enrollment_of, read_absences

_DAY = timedelta(days=1)
_PLACES_OF = text("""
WITH place AS MATERIALIZED (
    SELECT e.organization_id, e.offering_id, e.timeslot_id, e.id, e.student_id, e.type, e.starts_on, e.drop_on,
           e.end_cause, e.deleted_at
    FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.type <> 'WAITLIST' AND e.deleted_at IS NULL
    UNION ALL
    SELECT e.organization_id, e.offering_id, e.timeslot_id, e.id, e.student_id, 'ACTIVE', h.starts_on, e.drop_on,
           e.end_cause, e.deleted_at
    FROM enrollment e
    JOIN place_offer h ON h.organization_id = e.organization_id AND h.enrollment_id = e.id
    WHERE e.organization_id = :organization_id AND e.type = 'WAITLIST' AND e.deleted_at IS NULL
      AND h.state = 'OPEN' AND h.holds_until > :now AND e.student_id <> :student_id
), here AS MATERIALIZED (
    SELECT e.offering_id, e.timeslot_id, e.id, e.student_id, e.type, e.starts_on, e.drop_on, e.end_cause, e.deleted_at,
           count(*) OVER (PARTITION BY e.offering_id, e.student_id) = 1
           AND e.starts_on <= :since AND (e.drop_on IS NULL OR e.drop_on >= :until) AND e.student_id <> :student_id
           AND NOT EXISTS (SELECT FROM expected_absence a
                           WHERE a.organization_id = e.organization_id AND a.student_id = e.student_id
                             AND a.state = 'APPROVED' AND a.ends_on >= :since AND a.starts_on <= :day_after
                          ) AS is_steady
    FROM place e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:offering_ids AS uuid[]))
      AND e.starts_on <= :until AND (e.drop_on IS NULL OR e.drop_on >= :since)
      AND (o.capacity IS NOT NULL OR e.student_id = :student_id)
)
SELECT offering_id, timeslot_id, count(*) AS steady, NULL AS id, NULL AS student_id, NULL AS type, NULL AS starts_on,
       NULL AS drop_on, NULL AS end_cause, NULL AS deleted_at
FROM here WHERE is_steady GROUP BY offering_id, timeslot_id
UNION ALL
SELECT offering_id, timeslot_id, 0, id, student_id, type, starts_on, drop_on, end_cause, deleted_at
FROM here WHERE NOT is_steady
""")


@dataclass(frozen=True, slots=True)
class PlacesOf:
    """Who has a place in offerings over a range of dates. For an offering with unlimited places, only `moving` is
    filled, with the enrollments of the student who asks.

    steady -- by offering and timeslot (None means all timeslots), how many students have one enrollment that covers all
        of the dates, and no absence.
    moving -- the other enrollments, always including those of the student who asks.
    """

    steady: Mapping[tuple[UUID, UUID | None], int]
    moving: Mapping[UUID, Sequence[RosterEnrollment]]


@dataclass(frozen=True, slots=True)
class PlainPlaces:
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
    places: PlainPlaces,
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


async def read_places_of(
    connection: AsyncConnection,
    organization_id: UUID,
    offering_ids: Collection[UUID],
    student_id: UUID,
    *,
    since: date,
    until: date,
    now: datetime,
) -> PlacesOf:
    """Return the places, without deleted enrollments and WAITLIST, and those that are held. Nearly all places are
    steady, so they are only counted.
    """
    given = {
        "organization_id": organization_id,
        "offering_ids": list(offering_ids),
        "student_id": student_id,
        "since": since,
        "until": until,
        "now": now,
        # An absence on the day after can cover an occurrence that runs past midnight.
        "day_after": until + timedelta(days=1),
    }
    steady: dict[tuple[UUID, UUID | None], int] = {}
    moving: dict[UUID, list[RosterEnrollment]] = defaultdict(list)
    for row in await connection.execute(_PLACES_OF, given):
        if row.id is None:
            steady[row.offering_id, row.timeslot_id] = row.steady
        else:
            moving[row.offering_id].append(enrollment_of(row))
    return PlacesOf(steady, moving)


async def plain_search(
    connection: AsyncConnection, organization_id: UUID, question: MakeupQuestion, search: MakeupSearch
) -> FoundMakeups:
    """Return at most `limit` occurrences after a position, by start, then by offering name.

    This executes at most four statements, however long the range is and however many offerings there are. Other tasks
    get their turn during a long search.
    """
    within = search.within if search.include_rejected else question.bookable(search.within)
    if not search.include_rejected and (question.is_good_nowhere or _is_empty(within)):
        return FoundMakeups((), has_more=False)
    slots, places = await _read(connection, organization_id, question, search, within)
    found: list[Candidate] = []
    looked_at = candidates(slots, places, question, after=search.after, is_first_enough=not search.include_rejected)
    for candidate in looked_at:
        if search.include_rejected or not candidate.obstacles:
            found.append(candidate)
            if len(found) > search.limit:
                break
    return FoundMakeups(tuple(found[: search.limit]), has_more=len(found) > search.limit)


async def _read(
    connection: AsyncConnection,
    organization_id: UUID,
    question: MakeupQuestion,
    search: MakeupSearch,
    within: DateSpan,
) -> tuple[list[ListedSlot], PlainPlaces]:
    since, until = within.starts_on, within.ends_on
    if since is None or until is None:
        raise ValueError("a search for makeups is bounded on both sides")
    slots = await read_slots(connection, organization_id, _filter(question, search, within))
    # What is deleted is not searched, whatever it was held before.
    timetables = await read_timetables(
        connection, organization_id, {slot.offering_id for slot in slots if slot.offering_id}, since=since
    )
    slots = [each for each in slots if each.offering_id in timetables]
    if not search.include_rejected:
        slots = possible(slots, timetables, question)
    offering_ids = {slot.offering_id for slot in slots if slot.offering_id}
    places = await read_places_of(
        connection, organization_id, offering_ids, question.student_id, since=since, until=until, now=question.now
    )
    students = {each.student_id for of_offering in places.moving.values() for each in of_offering}
    # A class that runs past midnight is affected by an absence on the day after.
    absences = await read_absences(connection, organization_id, students, since=since, until=until + _DAY)
    return slots, PlainPlaces(timetables, places.steady, places.moving, absences, within)


def _filter(question: MakeupQuestion, search: MakeupSearch, within: DateSpan) -> ListingFilter:
    """Leave out offerings that the rule would reject anyway, so that they are not read."""
    if search.include_rejected:
        return ListingFilter(within, visible_to=search.visible_to)
    lock = None if question.settings.ignore_location_lock else question.token.location
    program = question.token.program
    return ListingFilter(
        within,
        kinds=[OfferingKind.CLASS],
        location_ids=None if lock is None else [lock.id],
        program_ids=None if program is None else [program.id],
        visible_to=search.visible_to,
    )


def _is_empty(within: DateSpan) -> bool:
    return within.starts_on is None or within.ends_on is None or within.starts_on > within.ends_on


def places_taken_by_date(
    slot: Timeslot,
    on_dates: Iterable[date],
    taken: Iterable[RosterEnrollment],
    absences: Mapping[UUID, Sequence[ExpectedAbsence]],
) -> dict[date, int]:
    """Return `places_taken` for each of the dates.

    Nearly all students have one enrollment and no absence. They are counted by the ends of the enrollment alone, so the
    cost depends on the number of enrollments and not on the number on each date.
    """
    days = sorted(on_dates)
    mine: dict[UUID, list[RosterEnrollment]] = {}
    for enrollment in taken:
        if enrollment.timeslot_id in (None, slot.id) and enrollment.type is not EnrollmentType.WAITLIST:
            mine.setdefault(enrollment.student_id, []).append(enrollment)
    steps = [0] * (len(days) + 1)
    several: list[RosterEnrollment] = []
    for student_id, enrollments in mine.items():
        if len(enrollments) > 1 or enrollments[0].is_deleted or student_id in absences:
            several += enrollments
            continue
        span = dates_of(enrollments[0])
        steps[bisect_left(days, span.starts_on or date.min)] += 1
        steps[bisect_right(days, span.ends_on or date.max)] -= 1
    counted = dict(zip(days, accumulate(steps), strict=False))
    if several:
        for day in days:
            counted[day] += places_taken(OccurrenceKey(slot.id, day), slot, several, absences)
    return counted
