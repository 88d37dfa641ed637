"""Who is in which class on which dates: what the source says and what the office did (R2.10, R3.1, R13.9)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.walk.catalogue.source import Row, Source
from tests.walk.model import Place

DAY = timedelta(days=1)


@dataclass
class Stay:
    """The dates of one row of the source, or of one enrollment that the office made; both ends are inclusive.

    is_the_offices -- what the office did stays, whatever the source says
    is_transferred -- it ends because the student changes to another class: the API refuses to drop or transfer it again
    """

    student: str
    class_: str
    spans: list[tuple[date, date | None]] = field(default_factory=list)
    is_the_offices: bool = False
    is_transferred: bool = False

    def covers(self, day: date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in self.spans)

    def is_over(self, today: date) -> bool:
        return all(last is not None and last < today for _, last in self.spans)

    def cut(self, since: date) -> None:
        """It ends on the day before."""
        kept = [(first, last if last is not None and last < since else since - DAY) for first, last in self.spans]
        self.spans = [(first, last) for first, last in kept if first <= last]

    def add(self, first: date, last: date | None) -> None:
        if last is None or first <= last:
            self.spans.append((first, last))

    def places(self) -> list[Place]:
        return [Place("", self.student, self.class_, first, "ACTIVE", last) for first, last in self.spans]


class Stays:
    def __init__(self) -> None:
        self.rows: dict[str, Stay] = {}
        self.past: list[Stay] = []
        self.office: list[Stay] = []

    @property
    def all(self) -> list[Stay]:
        return [*self.rows.values(), *self.past, *self.office]

    def places(self) -> list[Place]:
        return [place for stay in self.all for place in stay.places()]

    def of(self, student: str, class_: str, day: date) -> Stay | None:
        return next(
            (stay for stay in self.all if (stay.student, stay.class_) == (student, class_) and stay.covers(day)), None
        )

    def is_ahead(self, student: str, class_: str, today: date) -> bool:
        """Is the student in the class, today or later?"""
        mine = [stay for stay in self.all if (stay.student, stay.class_) == (student, class_)]
        return any(not stay.is_over(today) for stay in mine)

    def follow(self, source: Source, known: set[str], today: date, changes_on: dict[str, date]) -> None:
        """R13.9: the source decides about today and later, save for what the office did; nothing reaches back, but in
        the first bundle that brings a class.
        """
        for id, stay in self.rows.items():
            row = source.rows.get(id)
            if not stay.is_the_offices and (row is None or (row.student, row.class_) != (stay.student, stay.class_)):
                stay.cut(changes_on[stay.class_])
                self.past.append(Stay(stay.student, stay.class_, stay.spans))
                stay.spans = []
        for id, row in source.rows.items():
            self._follow(id, row, source, row.class_ not in known, today, changes_on.get(row.class_, today))

    def _follow(self, id: str, row: Row, source: Source, is_new: bool, today: date, changes_on: date) -> None:
        stay = self.rows.setdefault(id, Stay(row.student, row.class_))
        if stay.is_the_offices:
            return
        stay.student, stay.class_ = row.student, row.class_
        first, last = row.dates(source.dates_of(row.class_))
        if is_new and not stay.spans:
            stay.add(first, last)
            return
        if row.begins_on is None and stay.covers(today - DAY):
            first = today  # Who has begun does not begin again because the class does.
        stay.cut(changes_on)
        if stay.covers(today) and changes_on > today:
            today = changes_on
        stay.add(max(first, today), last)
