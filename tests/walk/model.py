"""What roll sheets, marks and revisions must be, written from the rules of domain.md and not from the product.

Everything is in plain words of the schema: statuses, sources and kinds are strings, students are first names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.walk.calendar import Slot
from tests.walk.tokens import Token

PRESENT_FAMILY = frozenset({"PRESENT", "TARDY", "LEFT_EARLY", "TARDY_AND_LEFT_EARLY"})
STATUSES = (*sorted(PRESENT_FAMILY), "ABSENT", "EXCUSED_ABSENCE")
PRECEDENCE = ("ACTIVE", "TRIAL", "SINGLE_DAY", "MAKEUP")
KEEP = "keep the note as it is"


@dataclass(frozen=True)
class Actor:
    """Who acts; the source comes from the credential (R1.1)."""

    name: str
    source: str
    may_excuse: bool = True


SYSTEM = Actor("system", "SYSTEM")


@dataclass
class Place:
    """An enrollment in all of an offering's timeslots."""

    id: str
    student: str
    offering: str
    starts_on: date
    type: str = "ACTIVE"
    drop_on: date | None = None
    is_deleted: bool = False
    is_transferred: bool = False

    def covers(self, slot: Slot) -> bool:
        """R3.1."""
        return (
            self.offering == slot.offering
            and not self.is_deleted
            and self.type != "WAITLIST"
            and self.starts_on <= slot.held_on
            and (self.drop_on is None or slot.held_on <= self.drop_on)
        )


@dataclass(frozen=True)
class Absence:
    """An approved expected absence: dates, both inclusive, all day or in a window on each of them."""

    id: str
    student: str
    starts_on: date
    ends_on: date
    is_excused: bool
    window: tuple[time, time] | None = None

    def covers(self, slot: Slot) -> bool:
        """R6.1: half-open intervals of wall time; what runs past midnight is hit on the next date too."""
        if self.window is None:
            return self.starts_on <= slot.held_on <= self.ends_on
        starts = datetime.combine(slot.held_on, slot.start)
        ends = starts + timedelta(minutes=slot.minutes)
        days = [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]
        begins, over = self.window
        return any(starts < datetime.combine(day, over) and datetime.combine(day, begins) < ends for day in days)


@dataclass(frozen=True)
class Mark:
    """`place` is what put the student on the sheet when the mark was made; it decides whether an absence earns.
    `by_check_in`: it is a check-in, or a default that stands because of check-ins (R4.5b).
    """

    status: str
    source: str
    note: str | None = None
    is_defaulted: bool = False
    revision: int = 0
    place: Place | None = field(default=None, compare=False)
    by_check_in: bool = field(default=False, compare=False)

    @property
    def is_present(self) -> bool:
        return self.status in PRESENT_FAMILY

    @property
    def is_check_in(self) -> bool:
        return self.by_check_in and not self.is_defaulted

    def says_what(self, other: "Mark | None") -> bool:
        """Would it change nothing to put this in the place of the other? Its source and number do not matter."""
        mine = (self.status, self.note, self.is_defaulted)
        return other is not None and mine == (other.status, other.note, other.is_defaulted)


@dataclass(frozen=True)
class Event:
    """A numbered change, and whose rows it is about (R4.9, R10.1)."""

    revision: int
    kind: str
    students: frozenset[str]


@dataclass
class Sheet:
    slot: Slot
    marks: dict[str, Mark] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    # The armed runs for which check-ins and their defaults wait, and nothing else (R4.5b).
    runs_of_check_ins: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    # Who changed whose mark in which revision, and whether what stood there then was a default (R4.10).
    decisions: list[tuple[int, str, str, bool]] = field(default_factory=list)

    @property
    def revision(self) -> int:
        return len(self.events)

    def number(self, kind: str, students: Iterable[str]) -> int:
        """R4.9: gapless, one for each change."""
        self.events.append(Event(self.revision + 1, kind, frozenset(students)))
        return self.revision


@dataclass
class Settings:
    """The defaults are those of a new organization."""

    office_check_in_mode: bool = False
    staff_check_in_mode: bool = False
    mark_absent_when_nobody_checks_in: bool = False
    kiosk_marks_tardy: bool = False
    tokens_enabled: bool = True
    token_trigger: str = "ALL_ABSENCES"
    token_limit: int | None = None
    token_limit_period: str = "MONTH"
    expiry_count: int = 90

    def is_check_in(self, source: str) -> bool:
        """R1.2: two independent switches; the kiosk does nothing else."""
        modes = {"OFFICE": self.office_check_in_mode, "STAFF": self.staff_check_in_mode, "KIOSK": True}
        return modes.get(source, False)


@dataclass
class Model:
    now: datetime
    sheets: dict[str, Sheet]
    settings: Settings = field(default_factory=Settings)
    places: list[Place] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    # Tokens by hand, and whose they are, in the order of their making.
    given: list[tuple[str, Token]] = field(default_factory=list)
    settled_through: date | None = None

    def today(self, sheet: Sheet) -> date:
        return self.now.astimezone(sheet.slot.zone).date()

    def local_date(self) -> date:
        return self.today(next(iter(self.sheets.values())))

    def places_on(self, sheet: Sheet) -> dict[str, Place]:
        """R3.1, R3.2: who is enrolled for the date, and the lasting one of several places."""
        covering = [place for place in self.places if place.covers(sheet.slot)]
        covering.sort(key=lambda place: (PRECEDENCE.index(place.type), -place.starts_on.toordinal()), reverse=True)
        return {place.student: place for place in covering}

    def rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        """R3.1 to R3.3: the enrolled, and subdued those whom a mark alone keeps; by name."""
        places = self.places_on(sheet)
        return [
            {
                "student": student,
                "isSubdued": student not in places,
                "mark": _shown(sheet.marks.get(student)),
                "attendanceRate": self.rate(student, sheet.slot.offering),
                "place": places[student].id if student in places else None,
            }
            for student in sorted(places.keys() | sheet.marks.keys())
        ]

    def rate(self, student: str, offering: str) -> float | None:
        """R3.3: of the marks that count, the share of those that were there; an excuse counts neither way."""
        marks = [
            sheet.marks[student]
            for sheet in self.sheets.values()
            if sheet.slot.offering == offering and student in sheet.marks
        ]
        counted = [mark.is_present for mark in marks if mark.status != "EXCUSED_ABSENCE"]
        return sum(counted) / len(counted) if counted else None

    def tally(self, sheet: Sheet) -> tuple[str, dict[str, int]]:
        """R2.9."""
        rows = self.rows(sheet)
        statuses = [row["mark"]["status"] if row["mark"] else "UNMARKED" for row in rows]
        counts = {status: statuses.count(status) for status in (*STATUSES, "UNMARKED")}
        if counts["UNMARKED"] == len(rows):
            return "NOT_TAKEN", counts
        return ("IN_PROGRESS" if counts["UNMARKED"] else "TAKEN"), counts

    def default(self, student: str, sheet: Sheet, *, by_check_in: bool) -> Mark:
        """R4.5."""
        excuses = [each for each in self.absences if each.student == student and each.is_excused]
        is_excused = any(each.covers(sheet.slot) for each in excuses)
        return Mark("EXCUSED_ABSENCE" if is_excused else "ABSENT", "SYSTEM", is_defaulted=True, by_check_in=by_check_in)


def _shown(mark: Mark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {
        "status": mark.status,
        "note": mark.note,
        "isDefaulted": mark.is_defaulted,
        "source": mark.source,
        "revision": mark.revision,
    }
