"""R2.10, R13.2: after random changes of a catalogue, over a clock that moves, the listing, each sheet and the dashboard
show what a model says that knows nothing of how the product keeps plans and the past.
"""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.api.catalogue.timetable_model import LAST_WEEK, WEEKS, Closure, Held, Planned, Timetable, WeeklyClass
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.sizes import SEED, SIZES
from tests.support.streams import following
from workers.context import WorkerContext
from workers.jobs.change_zones import change_all

pytestmark = pytest.mark.emptied_database

WEEK = timedelta(days=7)
ZONES = {23: "America/Chicago", 0: "America/Denver", 22: "America/New_York"}
"""By the hour of 17:00 in UTC, in winter."""
LISTING = """query($ids: [ID!]!, $f: Date!, $t: Date!) {
    occurrences(filter: {offeringIds: $ids, from: $f, to: $t}, first: 100) {
        nodes { id date state startsAt capacity } } }"""
DASHBOARD = "subscription($date: Date) { checkIns(date: $date) { cursor tally { total } } }"
SLOT = {"weekday": 1, "startTime": "17:00", "durationMinutes": 45}
ACTS = 30


def day(week: int) -> str:
    return str(MONDAY + week * WEEK)


class Office:
    """Changes the catalogue and the model alike, at random."""

    def __init__(self, desk: Desk, database: Database, seed: int) -> None:
        self.desk, self.database, self.random = desk, database, random.Random(seed)
        self.morning = desk.api.clock.now
        self.swim = encode_id("Offering", desk.lesson.offering_id)
        self.location = encode_id("Location", desk.world.location_id)
        self.program_ids = {"Swim": encode_id("Program", desk.program)}
        self.calendar_ids: dict[str, str] = {}
        timeslot = encode_id("Timeslot", desk.lesson.timeslot_id)
        self.model = Timetable(
            classes={self.swim: WeeklyClass.since(self.swim, timeslot, "Swim", 0)},
            calendars={},
            programs={"Swim": Planned(None), "Dive": Planned(None)},
            zone=Planned("America/Chicago"),
        )
        self.told: list[Any] = []

    async def begin(self) -> None:
        self.program_ids["Dive"] = encode_id("Program", await self.desk.world.program(name="Dive"))
        for name in ("Autumn", "Winter", "Spring"):
            schedule = await self.desk.world.add(models.BlackoutSchedule, name=name)
            self.calendar_ids[name], self.model.calendars[name] = encode_id("BlackoutSchedule", schedule), {}
            for week in self.random.sample(WEEKS, k=4):
                await self.close_weeks(name, week, week)
        for program in self.program_ids:
            await self.plan(program, None)

    async def act(self, name: str, shown: str = "", /, **given: Any) -> dict[str, Any] | None:
        """The answer, or None when the act is refused."""
        done = await self.desk.act(name, shown, **given)
        self.told.append((self.model.today, name, given, done["__typename"]))
        return done if done["__typename"].endswith("Success") else None

    async def do_something(self) -> None:
        await self.random.choices(*zip(*self.acts, strict=True))[0]()
        self.model.fix_begun()

    @property
    def acts(self) -> list[tuple[Callable[[], Awaitable[None]], int]]:
        return [
            (self.plan_something, 4),
            (self.close, 2),
            (self.open_again, 1),
            (self.end_calendar, 1),
            (self.make_class, 1),
            (self.change_class, 2),
            (self.end_timeslot, 2),
            (self.meet_again, 2),
            (self.end_class, 1),
            (self.change_zone, 1),
            (self.pass_time, 3),
        ]

    def since(self) -> int | None:
        later = range(self.model.today + 1, min(self.model.today + 7, LAST_WEEK))
        found: int | None = self.random.choice([None, self.model.today, *later])
        return found

    def a_class(self) -> WeeklyClass:
        return self.random.choice(list(self.model.classes.values()))

    async def plan_something(self) -> None:
        await self.plan(self.random.choice(list(self.program_ids)), self.since())

    async def plan(self, program: str, since: int | None) -> None:
        calendar = self.random.choice([None, *self.calendar_ids])
        given = {"programId": self.program_ids[program], **terms(since)}
        schedule = None if calendar is None else self.calendar_ids[calendar]
        assert await self.act("updateProgram", blackoutScheduleId=schedule, **given)
        self.model.programs[program].change(calendar, since, self.model.today)

    async def close(self) -> None:
        for calendar in self.random.sample(list(self.calendar_ids), k=min(1, len(self.calendar_ids))):
            first = self.random.randint(self.model.today, LAST_WEEK)
            last = min(LAST_WEEK, first + self.random.choice([0, 0, 2]))
            await self.close_weeks(calendar, first, last)

    async def close_weeks(self, calendar: str, first: int, last: int) -> None:
        given = {"startsOn": day(first), "endsOn": day(last), "scope": "BOTH"}
        schedule = self.calendar_ids[calendar]
        done = await self.act("createBlackoutDate", "blackoutDate { id }", blackoutScheduleId=schedule, **given)
        assert done is not None
        self.model.calendars[calendar][done["blackoutDate"]["id"]] = Closure(first, last)

    async def open_again(self) -> None:
        closures = [(of, id_) for of in self.model.calendars.values() for id_ in of]
        for of, id_ in self.random.sample(closures, k=min(1, len(closures))):
            since = self.since()
            first = self.model.today if since is None else since
            if await self.act("endBlackoutDate", blackoutDateId=id_, **terms(since)):
                closure = of.pop(id_)
                if closure.first < first:
                    of[id_] = closure._replace(last=min(closure.last, first - 1))

    async def end_calendar(self) -> None:
        for name in self.random.sample(list(self.calendar_ids), k=min(1, len(self.calendar_ids))):
            done = await self.act("endBlackoutSchedule", blackoutScheduleId=self.calendar_ids[name])
            assert (done is None) == (name in self.model.needed())
            if done:
                del self.calendar_ids[name], self.model.calendars[name]

    async def make_class(self) -> None:
        program, since = self.random.choice([None, *self.program_ids]), self.since() or self.model.today
        given = {"kind": "CLASS", "locationId": self.location, "capacity": 8, "from": day(since)}
        given["programId"] = None if program is None else self.program_ids[program]
        given["timeslots"] = [SLOT] if self.random.random() < 0.7 else []
        done = await self.act(
            "createOffering", "offering { id timeslots { id } }", name=f"No. {len(self.told)}", **given
        )
        assert done is not None
        made = done["offering"]
        timeslot = next((each["id"] for each in made["timeslots"]), None)
        self.model.classes[made["id"]] = WeeklyClass.since(made["id"], timeslot, program, since)

    async def change_class(self) -> None:
        one, since = self.a_class(), self.since()
        first = self.model.first_week(one.id, since)
        if self.random.random() < 0.4:
            capacity = self.random.randint(3, 9)
            if await self.act("updateOffering", offeringId=one.id, capacity=capacity, **terms(since)):
                one.from_week(one.capacities, first, capacity)
            return
        program = self.random.choice([None, *self.program_ids])
        given = {"programId": None if program is None else self.program_ids[program], **terms(since)}
        if await self.act("updateOffering", offeringId=one.id, **given):
            one.from_week(one.programs, first, program)

    async def end_timeslot(self) -> None:
        one, since = self.a_class(), self.since()
        first = self.model.first_week(one.id, since)
        if one.timeslot and await self.act("endTimeslot", timeslotId=one.timeslot, **terms(since)):
            one.meet(first, does=False)
            if not any(one.meets):
                one.timeslot = None

    async def meet_again(self) -> None:
        one, since = self.a_class(), self.since()
        first = self.model.first_week(one.id, since)
        if one.has_ended:
            return
        if one.timeslot:
            if await self.act("updateTimeslot", timeslotId=one.timeslot, endsOn=None, **terms(since)):
                # It meets from its own first date on.
                one.meet(max(first, one.meets.index(True)), does=True)
            return
        slot = SLOT | {"startsOn": day(first)}
        done = await self.act("createTimeslot", "timeslot { id }", offeringId=one.id, timeslot=slot)
        assert done is not None
        one.timeslot = done["timeslot"]["id"]
        one.meet(first, does=True)

    async def end_class(self) -> None:
        one, since = self.a_class(), self.since()
        first = self.model.first_week(one.id, since)
        if len(self.model.classes) > 2 and await self.act("endOffering", offeringId=one.id, **terms(since)):
            one.meet(first, does=False)
            one.has_ended, one.timeslot = True, None
            if not any(one.meets):
                del self.model.classes[one.id]

    async def change_zone(self) -> None:
        zone, since = self.random.choice(list(ZONES.values())), self.since()
        assert await self.act("updateLocation", locationId=self.location, timeZone=zone, **terms(since))
        self.model.zone.change(zone, since, self.model.today)

    async def pass_time(self) -> None:
        """Go to this evening, when the classes of today have begun, or to another Monday morning."""
        if not self.model.is_evening and self.random.random() < 0.4:
            self.model.is_evening = True
        elif self.model.today < LAST_WEEK - 2:
            self.model.move_on(1)
        now = self.morning + self.model.today * WEEK + timedelta(hours=13 * self.model.is_evening)
        self.desk.api.clock.now = now
        self.desk.api = await self.desk.api.as_staff(self.desk.world, Permission.OWNER)
        await change_all(WorkerContext(self.database, Announcer(), lambda: now))
        self.told.append(now)

    async def compare(self, *, sheets: bool) -> None:
        for id_ in self.model.classes:
            found = await self.desk.api.ask(LISTING, ids=[id_], f=day(0), t=day(LAST_WEEK))
            nodes = found["occurrences"]["nodes"]
            for each in nodes if sheets else ():
                assert await self.desk.api.occurrence(each["id"], "id date state startsAt capacity") == each, self.told
            listed = {(date.fromisoformat(each["date"]) - MONDAY).days // 7: held_as(each) for each in nodes}
            expected = {week: self.model.held(id_, week) for week in WEEKS}
            assert listed == {week: held for week, held in expected.items() if held is not None}, (id_, self.told)

    async def compare_dashboards(self) -> None:
        """Ann is the only student, and goes to Swim 1."""
        counted = []
        for week in WEEKS:
            async with following(self.desk.api, DASHBOARD, date=day(week)) as stream:
                counted.append((await stream.next())["tally"]["total"])
        held = [self.model.held(self.swim, week) for week in WEEKS]
        assert counted == [int(each is not None and each.state == "SCHEDULED") for each in held], self.told


def terms(since: int | None) -> dict[str, Any]:
    return {} if since is None else {"from": day(since)}


def held_as(node: dict[str, Any]) -> Held:
    hour = datetime.fromisoformat(node["startsAt"]).astimezone(UTC).hour
    return Held(node["state"], ZONES[hour], node["capacity"])


@pytest.mark.parametrize("number", range(SIZES.catalogue_changes))
async def test_R2_10_R13_2_classes_meet_as_the_model_says(
    world: World, api: Api, database: Database, number: int
) -> None:
    api.clock.now = datetime.combine(MONDAY, datetime.min.time(), UTC) + timedelta(hours=13)
    office = Office(await new_desk(world, api), database, (SEED or 0) + number)
    await office.begin()
    for step in range(ACTS):
        await office.do_something()
        if step % 2:
            await office.compare(sheets=False)
    await office.compare(sheets=True)
    if office.swim in office.model.classes:
        await office.compare_dashboards()
