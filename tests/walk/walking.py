"""The ground that all rules of the walk stand on: an act on both sides, and the comparison after it."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from gql.fields.global_ids import encode_id
from tests.support.audit import assert_sound
from tests.walk.acts import Refused, advance, newcomer
from tests.walk.calendar import CHICAGO, SATURDAYS, slots
from tests.walk.compare import differences, folding, row_of
from tests.walk.model import Actor, Event, Model, Place, Sheet
from tests.walk.system import STUDENTS, Business, Driven, Watch, new_business

T = TypeVar("T")
Meant: TypeAlias = tuple[str, bool]
DAY = timedelta(days=1)
ACTORS = {
    "olga": Actor("olga", "OFFICE"),
    "otto": Actor("otto", "OFFICE"),
    "stan": Actor("stan", "STAFF", may_excuse=False),
    "kiosk": Actor("kiosk", "KIOSK"),
}
SEASON = st.sampled_from(sorted(SATURDAYS))
OFTEN = st.sampled_from([True, True, False])
STUDENT = st.sampled_from([*STUDENTS[:3], *STUDENTS])
# The first word is what is meant; where attendance cannot be taken for it now, something else is, but for the daring.
SHEET = st.tuples(
    st.sampled_from(["swim", "swim", "night", "owls", "camp", "next"]), st.sampled_from([False] * 9 + [True])
)


@dataclass(frozen=True)
class Sent:
    """A request that succeeded, to be sent again."""

    actor: str
    act: str
    given: dict[str, Any]
    answer: str
    at: datetime


class Walking(RuleBasedStateMachine):
    """One walk: an organization and its model."""

    system: ClassVar[Driven]
    database_url: ClassVar[str]
    loop: ClassVar[asyncio.AbstractEventLoop]
    steps: ClassVar[int] = 0
    answers: ClassVar[Counter[str]] = Counter()
    """How often each act was answered how, and each kind of change was told."""

    def __init__(self) -> None:
        super().__init__()
        self.business: Business
        self.model: Model
        self.seen: dict[str, Any] = {}
        self.watches: dict[str, Watch | None] = {}
        self.left: dict[str, tuple[dict[str, Any], int]] = {}
        self.told: dict[str, int] = {}
        self.sent: list[Sent] = []
        # Whose rows the last act may have changed on whichever sheets, and who did it.
        self.moved: tuple[str, Actor] | None = None

    def run(self, act: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(act)

    @initialize(
        season=st.sampled_from(sorted(SATURDAYS)), day=st.sampled_from([0, 0, 0, 1, 7]), office=OFTEN, staff=OFTEN
    )
    def begin(self, season: str, day: int, office: bool, staff: bool) -> None:
        """Ann, Ben and Cas are in everything, Dan in nothing; it is noon of Saturday, of Sunday, or a week later."""
        self.saturday = SATURDAYS[season]
        midnight = datetime.combine(self.saturday, time(), CHICAGO)
        self.last_at = midnight + 8 * DAY - timedelta(seconds=30)
        begins_at = midnight + day * DAY + timedelta(hours=12)
        self.model = Model(begins_at, {name: Sheet(slot) for name, slot in slots(season).items()})
        self.system.api.clock.now = begins_at
        self.run(self._open(office, staff))

    async def _open(self, office: bool, staff: bool) -> None:
        self.business = await new_business(self.system, slots_of(self.model))
        await self.business.set(office_check_in_mode=office, staff_check_in_mode=staff)
        self.model.settings.office_check_in_mode, self.model.settings.staff_check_in_mode = office, staff
        for offering, offering_id in self.business.offerings.items():
            for student in STUDENTS[:3]:
                id = await self.business.world.enroll(
                    self.business.students[student], offering_id, starts_on=self.saturday
                )
                place = Place(encode_id("Enrollment", id), student, offering, self.saturday)
                self.model.places.append(place)
        await self.business.work(advance(self.model))
        self.business.callers["kiosk"] = await self._kiosk()
        for name in self.model.sheets:
            self.watches[name] = await self._subscribe(name)

    async def _kiosk(self) -> Any:
        location = encode_id("Location", self.business.world.location_id)
        answer = await self.business.ask("olga", "launchKiosk", locationId=location, name="Door")
        return self.business.caller(answer["deviceToken"])

    async def _subscribe(self, name: str) -> Watch:
        watch = await self.business.watch(name)
        await watch.heard_something()
        (snapshot,) = watch.take()
        assert (snapshot["kind"], snapshot["revision"]) == ("SNAPSHOT", self.model.sheets[name].revision)
        self.told[name] = snapshot["revision"]
        return watch

    def act(self, actor: str, act: str, expected: str, /, **given: Any) -> dict[str, Any]:
        """Send it, and hold the answer against what the model says."""
        answer = self.run(self.business.ask(actor, act, **given))
        self.answers[f"{act} {expected}"] += 1
        assert answer["__typename"] == expected, f"{act} by {actor}: {answer}, the rules say {expected}"
        if "idempotencyKey" in given and expected.endswith("Success"):
            self.sent.append(Sent(actor, act, given, expected, self.model.now))
        return answer

    @invariant()
    def compare(self) -> None:
        """Everything that the rules say, and everything that was told, after every step."""
        if not hasattr(self, "business"):
            return
        type(self).steps += 1
        before, self.seen = self.seen, self.run(self.business.look())
        if self.moved is not None:
            self._follow_roster(before, *self.moved)
            self.moved = None
        found = list(differences(self.model, self.seen))
        for name, watch in self.watches.items():
            if watch is not None:
                found += [f"{name}: {each}" for each in self.run(self._listen(name, watch))]
        assert not found, "\n".join(found)

    def _follow_roster(self, before: dict[str, Any], student: str, actor: Actor) -> None:
        """A change of a roster is what differs between two looks (R10.1); then R4.7."""
        for name, sheet in self.model.sheets.items():
            earlier, now = row_of(before[name], student), row_of(self.seen[name], student)
            if earlier != now:
                sheet.number("ROSTER", [student])
            if earlier is None and now is not None:
                newcomer(self.model, sheet, student, actor)

    async def _listen(self, name: str, watch: Watch) -> list[str]:
        sheet = self.model.sheets[name]
        await watch.reached(self.seen[name]["revision"])
        names = {self.business.entry(name, student): student for student in STUDENTS}
        told = [
            Event(
                event["revision"],
                event["kind"],
                frozenset([row["student"]["firstName"] for row in event["entries"]])
                | {names[gone] for gone in event["removedEntryIds"]},
            )
            for event in watch.take()
        ]
        expected = sheet.events[self.told[name] :]
        self.answers.update(event.kind for event in expected)
        self.told[name] = sheet.revision
        found = list(folding(watch.rows, self.seen[name]))
        return found if told == expected else [f"events {told}, the rules say {expected}", *found]

    def expected(self, done: str, act: Any, *given: Any) -> str:
        """The type of the answer that the model gives."""
        try:
            act(self.model, *given)
        except Refused as refusal:
            return str(refusal)
        return done

    def near(self, meant: Meant, actor: str = "olga") -> str:
        """A sheet on which the actor can do something now."""
        name, is_daring = meant
        open_to = [
            each
            for each, sheet in self.model.sheets.items()
            if sheet.slot.held_on == self.model.local_date()
            or (sheet.slot.held_on < self.model.local_date() and actor != "kiosk")
        ]
        return name if is_daring or name in open_to or not open_to else open_to[-1]

    def student(self, name: str) -> str:
        """The id of a student."""
        return encode_id("Student", self.business.students[name])

    def key(self) -> str:
        return f"key {len(self.sent)} {self.steps}"

    def teardown(self) -> None:
        if hasattr(self, "business"):
            self.run(self._close())

    async def _close(self) -> None:
        for watch in self.watches.values():
            if watch is not None:
                await watch.leave()
        await assert_sound(self.business.world, now=self.model.now)
        await self.business.close()


def slots_of(model: Model) -> dict[str, Any]:
    return {name: sheet.slot for name, sheet in model.sheets.items()}
