"""The ground of the walk over the catalogue: what is done on both sides, and the comparison after each step."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests.walk.acts import advance, newcomer
from tests.walk.calendar import CHICAGO, SATURDAYS
from tests.walk.catalogue.compare import differences, fixed, token_differences
from tests.walk.catalogue.school import School, new_school
from tests.walk.catalogue.source import Meeting, Row, Source, SourceClass
from tests.walk.catalogue.stays import Stays
from tests.walk.catalogue.timetable import Listed, Span, Terms, Timetable, of_source
from tests.walk.model import Actor, Model, Sheet
from tests.walk.system import System

T = TypeVar("T")
DAY = timedelta(days=1)
BACK, AHEAD = 16, 9
OLGA, IMPORT = Actor("olga", "OFFICE"), Actor("import", "SYSTEM")


class Schooling(RuleBasedStateMachine):
    """One walk: a school, its source, and the model of both."""

    system: ClassVar[System]
    loop: ClassVar[asyncio.AbstractEventLoop]
    database_url: ClassVar[str]
    steps: ClassVar[int] = 0
    answers: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.school: School
        self.source: Source
        self.loaded: Source
        self.timetable = Timetable()
        # The closures of the program, which a class that is new has too, on the dates over which it reaches back.
        self.closures: list[Span] = []
        self.stays = Stays()
        self.listed: dict[str, Listed] = {}
        self.model: Model
        self.seen: dict[str, dict[str, Any]] = {}
        self.seen_on = date.min
        # The ids of the roll sheets whose marks the last step was about.
        self.corrected: set[str] = set()
        self.keys = 0

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(act)

    @property
    def today(self) -> date:
        return self.model.now.astimezone(CHICAGO).date()

    @initialize(season=st.sampled_from(sorted(SATURDAYS)), hour=st.sampled_from([0, 8, 12, 17, 23]),
                check_in=st.booleans())  # fmt: skip
    def begin(self, season: str, hour: int, check_in: bool) -> None:
        """A Thursday before the clocks change; two classes that have met for three weeks."""
        thursday = SATURDAYS[season] - 2 * DAY
        self.since = thursday - BACK * DAY
        self.last_on = thursday + 70 * DAY
        now = datetime.combine(thursday, time(hour, 10), CHICAGO).astimezone(UTC)
        self.model = Model(now, {})
        self.system.api.clock.now = now
        self.source = Source(
            {"t1": (thursday - 22 * DAY, thursday + 40 * DAY), "t2": (thursday + 45 * DAY, thursday + 90 * DAY)},
            {
                "swim": SourceClass("Swim", ("t1",), [Meeting(4, time(16, 30), 45), Meeting(1, time(9), 60)], "Tea"),
                "night": SourceClass("Night", ("t1", "t2"), [Meeting(6, time(23, 30), 150)], "Lou"),
            },
            {
                "e1": Row("Ann", "swim"),
                "e2": Row("Ben", "swim", thursday - 10 * DAY, None),
                "e3": Row("Ann", "night", None, thursday + 20 * DAY),
            },
        )
        self.run(self._open(check_in))
        self.load()

    async def _open(self, check_in: bool) -> None:
        self.school = await new_school(self.system, self.database_url)
        await self.school.world.change_settings(office_check_in_mode=check_in)
        self.model.settings.office_check_in_mode = check_in

    def load(self) -> int:
        """Import what the source says now, on both sides. Returns the number of rows that changed."""
        changes = self.change_dates()
        known = set(self.timetable.said)
        self.stays.follow(self.source, known, self.today, changes)
        for class_ in known | self.source.classes.keys():
            before = self.timetable.latest(class_) if class_ in known else Terms(closed=tuple(self.closures))
            said = of_source(self.source.classes.get(class_), self.source.terms, before)
            self.timetable.say(class_, said, changes.get(class_, self.today))
        self.loaded = self.source.copy()
        report = self.run(self.school.load(self.source))
        self.settle(IMPORT)
        return report.changes

    def change_dates(self) -> dict[str, date]:
        marked = {name for name, sheet in self.model.sheets.items() if sheet.marks}
        return {
            class_: self.timetable.changes_on(class_, self.today, self.model.now, marked)
            for class_ in self.timetable.said
        }

    def settle(self, actor: Actor) -> None:
        """Make the model's roll sheets those of the timetable, and mark who joins one that has begun (R4.7)."""
        before = {name: set(self.model.places_on(sheet)) for name, sheet in self.model.sheets.items()}
        self.listed = {each.name: each for each in self.timetable.over(self.since, self.today + AHEAD * DAY)}
        sheets = self.model.sheets
        self.model.sheets = {name: sheets.get(name) or Sheet(each.slot) for name, each in self.listed.items()}
        lost = {name for name, sheet in sheets.items() if sheet.marks and name not in self.listed}
        assert not lost, f"the model lost {lost}"
        for name, sheet in self.model.sheets.items():
            sheet.slot = self.listed[name].slot
        self.model.places = self.stays.places()
        for name, sheet in self.model.sheets.items():
            if sheet.slot.held_on == self.today and self.listed[name].state == "SCHEDULED":
                for student in sorted(set(self.model.places_on(sheet)) - before.get(name, set())):
                    newcomer(self.model, sheet, student, actor)

    def work(self) -> None:
        due = advance(self.model)
        assert self.run(self.school.work()) == len(due)

    @invariant()
    def compare(self) -> None:
        """What had taken place at the last look is as it was, byte for byte; and everything is as the rules say."""
        if not hasattr(self, "school"):
            return
        type(self).steps += 1
        first, last = self.today - BACK * DAY, self.today + AHEAD * DAY
        shown = self.run(self.school.occurrences(first, last))
        names = {id: class_ for class_, id in self.school.classes.items()}
        seen = {node["id"]: node for node in shown}
        assert len(seen) == len(shown), "an occurrence is listed twice"
        found = list(self._changed(seen, first))
        found += differences(self.model, {n: e for n, e in self.listed.items() if first <= e.slot.held_on <= last},
                             seen, {str(id): class_ for id, class_ in names.items()})  # fmt: skip
        tokens = self.run(self.school.tokens())
        found += token_differences(self.model, tokens)
        self.seen, self.seen_on, self.corrected = seen, self.today, set()
        assert not found, "\n".join(found)

    def _changed(self, seen: dict[str, dict[str, Any]], first: date) -> Iterator[str]:
        """R2.10: what the last step must not have touched."""
        for id, node in self.seen.items():
            if first <= date.fromisoformat(node["date"]) < self.seen_on and id not in self.corrected:
                before, now = fixed(node), fixed(seen[id]) if id in seen else {}
                changed = [
                    f"{key} from {before[key]} to {now.get(key)}" for key in before if before[key] != now.get(key)
                ]
                if changed:
                    yield f"the occurrence of {node['startsAt']} changed {', '.join(changed)}"

    def teardown(self) -> None:
        if hasattr(self, "school"):
            self.run(self.school.leave())
