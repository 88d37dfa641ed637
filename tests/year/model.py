"""What the script knows of its business by itself: what it built, whom it enrolled, and what it recorded.

Nothing here is read from the service. At the end of the year the service must say the same.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
ABSENT = ("ABSENT", "EXCUSED_ABSENCE")
TOKENS_LAST = timedelta(weeks=6)
"""From the class that was missed."""


@dataclass
class Slot:
    """When a course meets: on a weekday, or with `weekday` None on each date of its range."""

    id: str
    weekday: int | None
    start: time
    minutes: int
    since: date
    until: date
    room: str | None = None

    def meets(self, on: date) -> bool:
        return self.since <= on <= self.until and self.weekday in (None, on.isoweekday())


@dataclass
class Course:
    """A class, camp or appointment."""

    id: str
    name: str
    kind: str
    location_id: str
    zone: ZoneInfo
    program_id: str
    teacher: str
    capacity: int | None = None
    slots: list[Slot] = field(default_factory=list)


@dataclass
class Place:
    """An enrollment. `until` is None when it has no end."""

    id: str
    student: str
    course: str
    type: str
    since: date
    until: date | None = None
    slot: str | None = None

    def covers(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Closure:
    """Dates on which the classes of a program are not held."""

    program_id: str
    first: date
    last: date


@dataclass(frozen=True)
class Meeting:
    """A course at one of its slots on one date."""

    course: Course
    slot: Slot
    on: date

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.on, self.slot.start, self.course.zone).astimezone(UTC)


@dataclass
class Sheet:
    """What the script recorded at an occurrence: a status for each student.

    earning -- the students whose absence earns a token: those with an ACTIVE place in a class
    """

    meeting: Meeting
    marks: dict[str, str]
    earning: frozenset[str]


@dataclass
class Token:
    """A makeup token, and the makeup for which it is used. `is_lost`: its family was erased."""

    expires_on: date
    use: Place | None = None
    is_lost: bool = False

    def state(self, today: date) -> str:
        if self.is_lost:
            return "EXPIRED"
        if self.use is not None:
            return "SPENT" if self.use.since < today else "PENDING"
        return "EXPIRED" if self.expires_on < today else "AVAILABLE"


TokenKey = tuple[str, datetime, str]
"""The course, the start of the class that was missed, and the student."""


@dataclass
class Model:
    """`places` are by the id of the course, `sheets` by the id of the occurrence; `cancelled` has slots with dates."""

    courses: dict[str, Course] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    closures: list[Closure] = field(default_factory=list)
    cancelled: set[tuple[str, date]] = field(default_factory=set)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    tokens: dict[TokenKey, Token] = field(default_factory=dict)

    def meetings(self, on: date) -> Iterator[Meeting]:
        """What is on the timetable of a date and is not closed; cancelled occurrences are among it."""
        for course in self.courses.values():
            if not self._is_closed(course, on):
                yield from (Meeting(course, slot, on) for slot in course.slots if slot.meets(on))

    def _is_closed(self, course: Course, on: date) -> bool:
        if course.kind == "CAMP":
            return False
        return any(each.program_id == course.program_id and each.first <= on <= each.last for each in self.closures)

    def present_at(self, meeting: Meeting) -> dict[str, Place]:
        """Who has a place, by student."""
        return {
            place.student: place
            for place in self.places[meeting.course.id]
            if place.covers(meeting.on) and place.slot in (None, meeting.slot.id)
        }

    def enroll(self, place: Place) -> None:
        self.places[place.course].append(place)

    def places_of(self, student: str) -> list[Place]:
        return [place for places in self.places.values() for place in places if place.student == student]

    def record(self, occurrence_id: str, meeting: Meeting, marks: dict[str, str]) -> None:
        """A whole sheet was taken."""
        there = self.present_at(meeting)
        assert marks.keys() == there.keys()
        is_class = meeting.course.kind == "CLASS"
        earning = frozenset(each for each, place in there.items() if is_class and place.type == "ACTIVE")
        sheet = self.sheets[occurrence_id] = Sheet(meeting, {}, earning)
        for student, status in marks.items():
            self.mark(sheet, student, status)

    def mark(self, sheet: Sheet, student: str, status: str) -> None:
        """One mark of a sheet; an absence earns a token, and taking it back takes the token away (R7.4)."""
        sheet.marks[student] = status
        key = token_key(sheet.meeting, student)
        if status in ABSENT and student in sheet.earning:
            self.tokens.setdefault(key, Token(sheet.meeting.on + TOKENS_LAST))
        else:
            self.tokens.pop(key, None)

    def give_for_cancellation(self, meeting: Meeting, student: str) -> None:
        self.tokens[token_key(meeting, student)] = Token(meeting.on + TOKENS_LAST)

    def return_makeup(self, place: Place, today: date) -> None:
        """The business cancels the class of a makeup: its token is usable for two weeks at least (R8.6c)."""
        (token,) = (each for each in self.tokens.values() if each.use is place)
        token.use, place.until = None, place.since - DAY
        token.expires_on = max(token.expires_on, today + 14 * DAY)


def token_key(meeting: Meeting, student: str) -> TokenKey:
    return meeting.course.id, meeting.starts_at, student
