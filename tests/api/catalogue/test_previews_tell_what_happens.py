"""R13.3: random changes of a catalogue, each previewed, made, and compared with the listing before and after."""

import random
from datetime import date, time, timedelta
from typing import Any, TypeAlias

import pytest

from attendance.rules.vocabulary import BlackoutScope, OfferingKind
from db import models
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk, without_new_ids
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.sizes import SEED, SIZES

DAY, WEEK = timedelta(days=1), timedelta(days=7)
STEPS = 12
UNTIL = MONDAY + 12 * WEEK
LISTED = """query($from: Date!, $to: Date!, $after: String) {
    occurrences(filter: {from: $from, to: $to}, first: 100, after: $after) {
        nodes { id startsAt room state capacity offering { location { id } } } pageInfo { hasNextPage endCursor } } }"""
Held: TypeAlias = dict[str, tuple[Any, ...]]
Change: TypeAlias = tuple[str, dict[str, Any]]


class School:
    """Four classes and a camp in two sessions, with closures and makeups ahead."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.random = desk, random.Random(seed)
        self.offerings: list[str] = [encode_id("Offering", desk.lesson.offering_id)]
        self.timeslots: list[str] = [encode_id("Timeslot", desk.lesson.timeslot_id)]
        self.closures: list[str] = []
        self.schedule = self.program = self.annex = ""

    async def found(self) -> None:
        world = self.desk.world
        await world.change(models.Session, self.desk.session, ends_on=UNTIL)
        program = await world.program(
            name="Gym", blackouts=[(MONDAY + 3 * WEEK, MONDAY + 4 * WEEK, BlackoutScope.BOTH)]
        )
        await world.change(
            models.Program,
            self.desk.program,
            blackout_schedule_id=(await world.rows(models.Program, id=program))[0].blackout_schedule_id,
        )
        self.schedule = encode_id("BlackoutSchedule", (await world.rows(models.BlackoutSchedule))[0].id)
        self.closures = [encode_id("BlackoutDate", each.id) for each in await world.rows(models.BlackoutDate)]
        self.program, self.annex = encode_id("Program", program), encode_id("Location", await world.location())
        for number in range(3):
            lesson = await world.weekly_class(
                name=f"Gym {number}", weekday=number + 1, start_time=time(9 + number), program_id=program
            )
            await world.add(models.OfferingSession, offering_id=lesson.offering_id, session_id=self.desk.session)
            self.offerings.append(encode_id("Offering", lesson.offering_id))
            self.timeslots.append(encode_id("Timeslot", lesson.timeslot_id))
            student = await world.student(
                first_name=f"S{number}", family_id=await world.family(email=f"s{number}@x.io")
            )
            await world.enroll(student, lesson.offering_id, starts_on=MONDAY + number * WEEK)
            token = await world.makeup_token(student)
            await world.makeup(student, self.desk.lesson, MONDAY + (number + 1) * WEEK, token_id=token)
        camp = await world.offering(kind=OfferingKind.CAMP, name="Camp")
        first, last = MONDAY + 5 * WEEK, MONDAY + 5 * WEEK + 4 * DAY
        await world.timeslot(camp, weekday=None, starts_on=first, ends_on=last, start_time=time(9))

    def day(self) -> str:
        return (MONDAY + self.random.randrange(0, 70) * DAY).isoformat()

    async def change(self) -> Change:
        world, live = self.desk.world, {"deleted_at": None}
        self.closures = [encode_id("BlackoutDate", each.id) for each in await world.rows(models.BlackoutDate)]
        self.timeslots = [encode_id("Timeslot", each.id) for each in await world.rows(models.Timeslot, **live)]
        self.offerings = [encode_id("Offering", each.id) for each in await world.rows(models.Offering, **live)]
        while True:
            name, given = self.any_change()
            if None not in (given.get("blackoutDateId", 0), given.get("timeslotId", 0), given.get("offeringId", 0)):
                return name, given

    def any_change(self) -> Change:
        def pick(of: Any) -> Any:
            return self.random.choice(of) if of else None

        since = {"from": pick([None, self.day()])}
        first, second = sorted([self.day(), self.day()])
        changes: list[Change] = [
            ("updateTimeslot", {"timeslotId": pick(self.timeslots), "weekday": pick(range(1, 8)), **since}),
            (
                "updateTimeslot",
                {"timeslotId": pick(self.timeslots), "startTime": pick(["08:15", "19:30"]), **since},
            ),
            ("updateTimeslot", {"timeslotId": pick(self.timeslots), "room": pick(["A", "B"]), "endsOn": second}),
            ("endTimeslot", {"timeslotId": pick(self.timeslots), **since}),
            ("createTimeslot", {"offeringId": pick(self.offerings), "timeslot": self.slot()}),
            ("updateOffering", {"offeringId": pick(self.offerings), "capacity": pick([None, 1, 5]), **since}),
            ("updateOffering", {"offeringId": pick(self.offerings), "locationId": self.annex, **since}),
            (
                "updateOffering",
                {"offeringId": pick(self.offerings), "programId": pick([None, self.program]), **since},
            ),
            ("updateOffering", {"offeringId": pick(self.offerings), "startsOn": first, "endsOn": second, **since}),
            ("updateOffering", {"offeringId": pick(self.offerings), "sessionIds": [], **since}),
            ("endOffering", {"offeringId": pick(self.offerings), **since}),
            ("updateSession", {"sessionId": self.desk.session_id, "endsOn": self.day()}),
            ("createBlackoutDate", self.closing(first, second)),
            ("createBlackoutDate", self.closing(first, first)),
            ("updateBlackoutDate", {"blackoutDateId": pick(self.closures), "startsOn": first, "endsOn": second}),
            ("updateBlackoutDate", {"blackoutDateId": pick(self.closures), "scope": pick(["BILLING", "BOTH"])}),
            ("endBlackoutDate", {"blackoutDateId": pick(self.closures), **since}),
            ("updateProgram", {"programId": self.program, "blackoutScheduleId": pick([None, self.schedule]), **since}),
            ("updateLocation", {"locationId": self.annex, "timeZone": pick(["America/Denver", "Asia/Tokyo"]), **since}),
        ]
        return self.random.choice(changes)

    def slot(self) -> dict[str, Any]:
        starts_on = self.random.choice([None, self.day()])
        return {
            "weekday": self.random.randrange(1, 8),
            "startTime": "12:00",
            "durationMinutes": 30,
            "startsOn": starts_on,
        }

    def closing(self, first: str, second: str) -> dict[str, Any]:
        return {"blackoutScheduleId": self.schedule, "startsOn": first, "endsOn": second, "scope": "ATTENDANCE"}

    async def held(self, since: date, until: date) -> Held:
        found: Held = {}
        after = None
        while True:
            given = {"from": since.isoformat(), "to": until.isoformat(), "after": after}
            page = (await self.desk.api.ask(LISTED, **given))["occurrences"]
            for each in page["nodes"]:
                if each["state"] == "SCHEDULED":
                    place = each["offering"]["location"]["id"]
                    found[each["id"]] = (each["startsAt"], each["room"], place, each["capacity"])
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


def told(effect: dict[str, Any], until: date) -> tuple[Held, Held]:
    """What stands before and after for each occurrence that changes, as far as the listing went."""
    sides: tuple[Held, Held] = ({}, {})
    for change in effect["occurrences"]:
        for side, each in zip(sides, (change["before"], change["after"]), strict=True):
            if each is not None and date.fromisoformat(each["date"]) <= until:
                side[each["occurrenceId"]] = (each["startsAt"], each["room"], each["locationId"], each["capacity"])
    return sides


@pytest.mark.parametrize("number", range(SIZES.catalogue_changes))
async def test_R13_3_what_happens_equals_its_preview(number: int, world: World, api: Api) -> None:
    school = School(await new_desk(world, api), (SEED or 0) * 1000 + number)
    await school.found()
    past = await school.held(MONDAY - 5 * WEEK, MONDAY - DAY)
    made: list[Change] = []
    for _ in range(STEPS):
        name, given = await school.change()
        made.append((name, given))
        before = await school.held(MONDAY, UNTIL)
        preview = await school.desk.preview(name, notifyFamilies=True, **given)
        assert await school.held(MONDAY, UNTIL) == before, made
        done = await school.desk.act(name, notifyFamilies=True, **given)
        after = await school.held(MONDAY, UNTIL)
        assert await school.held(MONDAY - 5 * WEEK, MONDAY - DAY) == past, made
        if not done["__typename"].endswith("Success"):
            assert (preview["__typename"], after) == (done["__typename"], before), made
            continue
        assert preview.pop("__typename") == "CatalogueEffect", made
        assert without_new_ids(preview) == without_new_ids(done["effect"]), made
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        was, becomes = told(done["effect"], UNTIL)
        counted = sum(
            done["effect"][f"{kind}Count"] for kind in ("appearing", "disappearing", "moving", "placesChanged")
        )
        if counted <= 200:
            assert was == {key: before[key] for key in changed if key in before}, made
            assert becomes == {key: after[key] for key in changed if key in after}, made
