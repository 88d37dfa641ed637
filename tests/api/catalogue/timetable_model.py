"""A model of when weekly classes meet. It says for each week what holds, and knows nothing of versions and copies."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

LAST_WEEK = 10
WEEKS = range(LAST_WEEK + 1)
# Later weeks say what holds for ever.
_EVER = range(LAST_WEEK + 10)


class Held(NamedTuple):
    """A class in one week."""

    state: str
    zone: str
    capacity: int


class Closure(NamedTuple):
    first: int
    last: int


@dataclass
class Planned(Generic[T]):
    """What holds now, and perhaps something else from a week on."""

    now: T
    plan: tuple[int, T] | None = None

    def at(self, week: int) -> T:
        return self.plan[1] if self.plan is not None and week >= self.plan[0] else self.now

    def settle(self, today: int) -> None:
        if self.plan is not None and self.plan[0] <= today:
            self.now, self.plan = self.plan[1], None

    def change(self, wanted: T, since: int | None, today: int) -> None:
        """A later week plans the change. What holds now takes a plan back."""
        is_planned = since is not None and since > today and wanted != self.now
        self.now, self.plan = (self.now, (since or 0, wanted)) if is_planned else (wanted, None)


@dataclass
class WeeklyClass:
    """A class with one timeslot. The lists have what holds in each week.

    timeslot -- None while it has none that can be changed
    """

    id: str
    timeslot: str | None
    programs: list[str | None]
    meets: list[bool]
    capacities: list[int] = field(default_factory=lambda: [8] * len(_EVER))
    has_ended: bool = False

    @classmethod
    def since(cls, id_: str, timeslot: str | None, program: str | None, first: int) -> "WeeklyClass":
        meets = [timeslot is not None and week >= first for week in _EVER]
        return cls(id_, timeslot, [program] * len(_EVER), meets)

    def from_week(self, values: list[T], week: int, value: T) -> None:
        """Let something hold from the week on. The same value as at the end changes nothing."""
        if values[-1] != value:
            values[week:] = [value] * (len(values) - week)

    def meet(self, week: int, *, does: bool) -> None:
        self.meets[week:] = [does] * (len(self.meets) - week)


@dataclass
class Timetable:
    """One business.

    today -- the number of the week whose Monday it is
    fixed -- what took place, by class and week
    """

    classes: dict[str, WeeklyClass]
    calendars: dict[str, dict[str, Closure]]
    programs: dict[str, Planned[str | None]]
    zone: Planned[str]
    today: int = 0
    is_evening: bool = False
    fixed: dict[tuple[str, int], Held | None] = field(default_factory=dict)

    def held(self, id_: str, week: int) -> Held | None:
        """The class in the week, or None when it does not meet."""
        if week < self.today or (week == self.today and self.has_begun(id_)):
            return self.fixed.get((id_, week))
        one = self.classes[id_]
        if not one.meets[week]:
            return None
        state = "CLOSED" if self._is_closed(one.programs[week], week) else "SCHEDULED"
        return Held(state, self.zone.at(week), one.capacities[week])

    def _is_closed(self, program: str | None, week: int) -> bool:
        calendar = None if program is None else self.programs[program].at(week)
        closures = () if calendar is None else self.calendars[calendar].values()
        return any(each.first <= week <= each.last for each in closures)

    def has_begun(self, id_: str) -> bool:
        """Whether the class of today has begun, so that nothing changes it any more."""
        return self.fixed.get((id_, self.today)) is not None

    def first_week(self, id_: str, since: int | None) -> int:
        """The first week in which a change of the class holds."""
        return max(self.today + self.has_begun(id_), since or 0)

    def needed(self) -> Iterator[str | None]:
        """The calendars that programs have or are planned to have."""
        for each in self.programs.values():
            yield each.now
            yield each.at(LAST_WEEK)

    def fix_begun(self) -> None:
        """Keep what meets today, in the evening."""
        for id_ in self.classes if self.is_evening else ():
            self.fixed[id_, self.today] = self.held(id_, self.today)

    def move_on(self, weeks: int) -> None:
        """Go to the morning of a later Monday."""
        for week in range(self.today, self.today + weeks):
            self.fixed |= {(id_, week): self.held(id_, week) for id_ in self.classes}
        self.today, self.is_evening = self.today + weeks, False
        self.zone.settle(self.today)
        for each in self.programs.values():
            each.settle(self.today)
