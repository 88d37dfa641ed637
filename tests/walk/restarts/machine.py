"""The steps of the walk through restarts: those of the random walk, with a deploy whenever the clock leaps."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from tests.walk.calendar import CHICAGO
from tests.walk.machine import Walk
from tests.walk.restarts.running import Restarts
from tests.walk.walking import OFTEN, SEASON

DRIFT = timedelta(minutes=10)
"""How far the clocks of processes may go on while the clock of the rules stands still."""


@contextmanager
def told() -> Iterator[None]:
    """Print a difference at once: Hypothesis may say only that the same steps led to something else when repeated."""
    try:
        yield
    except Exception as difference:
        print(f"\n{type(difference).__name__}: {difference}")
        raise


class RestartWalk(Walk):
    """The clocks of processes go on. So the clock of the rules never stands shortly before a moment that matters, and
    leaps only with a deploy of processes whose clocks begin there.
    """

    system: ClassVar[Restarts]
    answers: ClassVar[Counter[str]] = Counter()

    @initialize(
        season=SEASON, day=st.sampled_from([0, 0, 0, 1, 7]), office=OFTEN, staff=OFTEN, chance=st.integers(0, 2**32)
    )
    def begin(self, season: str, day: int, office: bool, staff: bool, chance: int) -> None:
        """The simplest walk, which Hypothesis tries first, repeats one step and would cost as much as another."""
        assume(chance)
        super().begin(season, day, office, staff)

    def act(self, actor: str, act: str, expected: str, /, **given: Any) -> dict[str, Any]:
        with told():
            return super().act(actor, act, expected, **given)

    @invariant()
    def compare(self) -> None:
        with told():
            super().compare()

    async def _open(self, office: bool, staff: bool) -> None:
        await self.system.begin(self.model.now)
        await super()._open(office, staff)
        self.system.fleet.is_calm = False

    # Each leap of the clock is a deploy, which takes seconds.
    wait_too = None  # type: ignore[assignment]

    @rule(enabled=st.sampled_from([True, True, False]), trigger=st.sampled_from(["ALL_ABSENCES", "EXCUSED_ONLY"]))
    def set_tokens(self, enabled: bool, trigger: str) -> None:
        """Without a limit: several runs are carried out at once, and the one that is first would decide."""
        settings = self.model.settings
        settings.tokens_enabled, settings.token_trigger = enabled, trigger
        self.act("olga", "updateMakeupTokenSettings", "UpdateMakeupTokenSettingsSuccess", tokensEnabled=enabled,
                 tokenTrigger=trigger)  # fmt: skip

    @rule()
    def work(self) -> None:
        """Workers look again, and find nothing more to do."""
        super()._work_at(self.model.now)

    def _work_at(self, at: datetime) -> None:
        self.run(self.system.fleet.roll_out(at))
        super()._work_at(at)

    def _moments(self, slot: Any) -> list[datetime]:
        """A minute after something is due or begins, and well before it, if nothing else comes soon."""
        matters = [at for sheet in self.model.sheets.values() for at in _matters(sheet.slot)]
        wanted = [at + by for at in _matters(slot) for by in (timedelta(minutes=1), -2 * DRIFT)]
        return [at for at in wanted if not any(at <= other <= at + DRIFT for other in matters)]

    async def _close(self) -> None:
        self.system.fleet.is_calm = True
        await self.system.fleet.rest()
        await super()._close()


def _matters(slot: Any) -> list[datetime]:
    """What the rules look at, midnight included, on which "today" changes."""
    midnights = [
        datetime.combine(slot.held_on + timedelta(days=days), datetime.min.time(), CHICAGO).astimezone(
            slot.starts_at.tzinfo
        )
        for days in (0, 1, 2)
    ]
    return [slot.starts_at, slot.ends_at, *slot.runs.values(), *midnights]
