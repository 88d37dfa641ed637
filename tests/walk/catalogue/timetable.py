"""When classes meet, by the rule that the past is fixed (R2.10): each change holds from a date on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tests.walk.calendar import Slot
from tests.walk.catalogue.source import Meeting, SourceClass

DAY = timedelta(days=1)
Span = tuple[date, date]


@dataclass(frozen=True)
class Terms:
    """What is said about a class: when it meets, in which dates, who teaches, and how many have a place."""

    meetings: tuple[Meeting, ...] = ()
    scheduled: tuple[Span, ...] = ()
    closed: tuple[Span, ...] = ()
    teacher: str = ""
    capacity: int | None = None

    def state(self, day: date) -> str:
        """R2.3 to R2.5."""
        if not any(first <= day <= last for first, last in self.scheduled):
            return "NOT_SCHEDULED"
        return "CLOSED" if any(first <= day <= last for first, last in self.closed) else "SCHEDULED"


@dataclass(frozen=True)
class Listed:
    """An occurrence as a listing shows it."""

    slot: Slot
    state: str
    teacher: str
    capacity: int | None

    @property
    def name(self) -> str:
        return f"{self.slot.offering} {self.slot.starts_at.isoformat()}"


class Timetable:
    """All that was ever said about each class, with the date from which it held."""

    def __init__(self) -> None:
        self.said: dict[str, list[tuple[date, Terms]]] = {}

    def terms(self, class_: str, day: date) -> Terms:
        """What holds on the date."""
        held = [terms for since, terms in self.said.get(class_, []) if since <= day]
        return held[-1] if held else Terms()

    def latest(self, class_: str) -> Terms:
        """What holds from now on."""
        return self.said[class_][-1][1] if class_ in self.said else Terms()

    def say(self, class_: str, terms: Terms, since: date) -> None:
        """What was said about dates from this one on holds no more. A class of which nothing was said reaches back."""
        if class_ not in self.said:
            self.said[class_] = [(date.min, terms)]
        elif terms != self.latest(class_):
            earlier = [each for each in self.said[class_] if each[0] < since]
            self.said[class_] = [*earlier, (since, terms)]

    def on(self, class_: str, day: date) -> Iterator[Listed]:
        terms = self.terms(class_, day)
        for meeting in terms.meetings:
            if meeting.weekday == day.isoweekday():
                slot = Slot(class_, "CLASS", day, meeting.start, meeting.minutes)
                yield Listed(slot, terms.state(day), terms.teacher, terms.capacity)

    def over(self, first: date, last: date) -> Iterator[Listed]:
        """All occurrences of a range of dates, those included on which a class is not scheduled or closed."""
        for class_ in self.said:
            for n in range((last - first).days + 1):
                yield from self.on(class_, first + n * DAY)

    def changes_on(self, class_: str, today: date, now: datetime, marked: set[str]) -> date:
        """Today; or tomorrow once something of today has begun or is marked, for that has taken place."""
        begun = any(each.slot.starts_at <= now or each.name in marked for each in self.on(class_, today))
        return today + DAY if begun else today


def of_source(one: SourceClass | None, dates: dict[str, Span], before: Terms) -> Terms:
    """What the source says. It knows nothing of closures and capacities; a class that it leaves out meets no more."""
    if one is None:
        return replace(before, meetings=())
    meetings = tuple(sorted(one.meetings, key=lambda each: (each.weekday, each.start)))
    return replace(before, meetings=meetings, scheduled=tuple(dates[term] for term in one.terms), teacher=one.teacher)
