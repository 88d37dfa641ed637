"""The steps in which the source changes what it says. Most are imported at once, some with the next."""

from datetime import time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.walk.catalogue.schooling import Schooling
from tests.walk.catalogue.source import STUDENTS, TEACHERS, Meeting, Row, SourceClass

DAY = timedelta(days=1)
START = st.sampled_from([time(0, 30), time(1, 30), time(2, 30), time(9), time(16, 30), time(16, 45), time(23, 30)])
WEEKDAY = st.integers(1, 7)
MINUTES = st.sampled_from([30, 45, 60, 150])
WHICH = st.integers(0, 20)
AT_ONCE = st.sampled_from([True, True, True, False])
DAYS = st.sampled_from([-30, -9, -2, -1, 0, 1, 2, 6, 20])
CLASS = st.sampled_from(["swim", "night", "swim", "night", "owls"])


class SourceSteps(Schooling):
    @rule(class_=CLASS, which=WHICH, start=START, weekday=st.none() | WEEKDAY, minutes=st.none() | MINUTES,
          now=AT_ONCE)  # fmt: skip
    def move_meeting(
        self, class_: str, which: int, start: time, weekday: int | None, minutes: int | None, now: bool
    ) -> None:
        if class_ in self.source.classes:
            meetings = self.source.classes[class_].meetings
            old = meetings[which % len(meetings)]
            new = Meeting(weekday or old.weekday, start, minutes or old.minutes)
            self._meet(class_, [each for each in meetings if each is not old], new, now=now)

    @rule(class_=CLASS, start=START, weekday=WEEKDAY, minutes=MINUTES, now=AT_ONCE)
    def add_meeting(self, class_: str, start: time, weekday: int, minutes: int, now: bool) -> None:
        """R2.10: a second weekly meeting begins when it is known."""
        if class_ in self.source.classes and len(self.source.classes[class_].meetings) < 3:
            self._meet(class_, self.source.classes[class_].meetings, Meeting(weekday, start, minutes), now=now)

    def _meet(self, class_: str, others: list[Meeting], new: Meeting, *, now: bool) -> None:
        if all((each.weekday, each.start) != (new.weekday, new.start) for each in others):
            self.source.classes[class_].meetings = [*others, new]
            self.load_if(now)

    @rule(class_=CLASS, which=WHICH, now=AT_ONCE)
    def end_meeting(self, class_: str, which: int, now: bool) -> None:
        if class_ in self.source.classes and len(self.source.classes[class_].meetings) > 1:
            meetings = self.source.classes[class_].meetings
            meetings.pop(which % len(meetings))
            self.load_if(now)

    @rule(term=st.sampled_from(["t1", "t1", "t2"]), first=st.none() | DAYS, last=st.none() | DAYS, now=AT_ONCE)
    def change_term(self, term: str, first: int | None, last: int | None, now: bool) -> None:
        """A session is narrowed or extended, also over dates that are past."""
        starts_on, ends_on = self.source.terms[term]
        starts_on = starts_on if first is None else self.today + first * DAY
        ends_on = ends_on if last is None else self.today + last * DAY
        if starts_on <= ends_on:
            self.source.terms[term] = starts_on, ends_on
            self.load_if(now)

    @rule(class_=CLASS, terms=st.sampled_from([("t1",), ("t2",), ("t1", "t2")]), now=AT_ONCE)
    def attach(self, class_: str, terms: tuple[str, ...], now: bool) -> None:
        if class_ in self.source.classes:
            self.source.classes[class_].terms = terms
            self.load_if(now)

    @rule(class_=CLASS, teacher=st.sampled_from(TEACHERS), title=st.sampled_from(["Swim", "Dive"]), now=AT_ONCE)
    def teach(self, class_: str, teacher: str, title: str, now: bool) -> None:
        if class_ in self.source.classes:
            self.source.classes[class_].teacher, self.source.classes[class_].title = teacher, title
            self.load_if(now)

    @rule(student=st.sampled_from(STUDENTS), class_=CLASS, begins=st.none() | DAYS, days=st.none() | DAYS, now=AT_ONCE)
    def join(self, student: str, class_: str, begins: int | None, days: int | None, now: bool) -> None:
        """With or without dates (R13.9)."""
        if class_ in self.source.classes and not self._is_in(student, class_):
            self.source.rows[self.source.next_id()] = self._row(student, class_, begins, days)
            self.load_if(now)

    @rule(which=WHICH, begins=st.none() | DAYS, days=st.none() | DAYS, now=AT_ONCE)
    @precondition(lambda self: bool(self.source.rows))
    def change_row(self, which: int, begins: int | None, days: int | None, now: bool) -> None:
        id = sorted(self.source.rows)[which % len(self.source.rows)]
        row = self.source.rows[id]
        self.source.rows[id] = self._row(row.student, row.class_, begins, days)
        self.load_if(now)

    @rule(which=WHICH, class_=CLASS, now=AT_ONCE)
    @precondition(lambda self: bool(self.source.rows))
    def move_row(self, which: int, class_: str, now: bool) -> None:
        """A row names another class."""
        id = sorted(self.source.rows)[which % len(self.source.rows)]
        row = self.source.rows[id]
        if class_ in self.source.classes and not self._is_in(row.student, class_):
            row.class_ = class_
            self.load_if(now)

    @rule(which=WHICH, now=AT_ONCE)
    @precondition(lambda self: len(self.source.rows) > 1)
    def remove_row(self, which: int, now: bool) -> None:
        self.source.rows.pop(sorted(self.source.rows)[which % len(self.source.rows)])
        self.load_if(now)

    @rule(class_=st.sampled_from(["night", "owls"]), meetings=st.lists(
        st.builds(Meeting, WEEKDAY, START, MINUTES), min_size=1, max_size=2,
        unique_by=lambda each: (each.weekday, each.start)), now=AT_ONCE)  # fmt: skip
    def end_or_begin_class(self, class_: str, meetings: list[Meeting], now: bool) -> None:
        """The bundle lacks a class; or it brings a new one, or one that comes back."""
        if class_ in self.source.classes:
            del self.source.classes[class_]
            self.source.rows = {id: row for id, row in self.source.rows.items() if row.class_ != class_}
        else:
            self.source.classes[class_] = SourceClass(class_.capitalize(), ("t1",), meetings, "Tea")
        self.load_if(now)

    @rule()
    def load_again(self) -> None:
        """What is loaded twice changes nothing the second time, whatever the office did meanwhile."""
        self.load()
        assert self.load() == 0

    def load_if(self, now: bool) -> None:
        if now:
            self.load()

    def _row(self, student: str, class_: str, begins: int | None, days: int | None) -> Row:
        begins_on = None if begins is None else self.today + begins * DAY
        ends_on = None if days is None else (begins_on or self.today) + abs(days) * DAY
        return Row(student, class_, begins_on, ends_on)

    def _is_in(self, student: str, class_: str) -> bool:
        """Nobody is twice in a class here, so it is plain whom an act is about."""
        rows: Any = [*self.source.rows.values(), *self.loaded.rows.values()]
        listed = any((row.student, row.class_) == (student, class_) for row in rows)
        return listed or self.stays.is_ahead(student, class_, self.today)
