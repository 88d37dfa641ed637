"""R13.2, R13.3: another blackout schedule of a program is planned, shown, moved, taken back, and comes on its date."""

from datetime import date, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import BlackoutScope, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.streams import following

WEEK = timedelta(days=7)
SHOWN = "program { blackoutSchedule { name } plannedBlackoutSchedule { blackoutSchedule { name } from } }"
PROGRAMS = f"{{ programs {{ name {SHOWN.removeprefix('program {')} }}"
CLOSED = {"Autumn": (1, 4), "Winter": (2, 3, 5)}


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    """The class is in a program with the autumn's closures, and there is another calendar with the winter's."""
    desk = await new_desk(world, api)
    for name, weeks in CLOSED.items():
        schedule = await world.add(models.BlackoutSchedule, name=name)
        for number in weeks:
            await close(desk, schedule, number)
    await desk.act("updateProgram", programId=program_id(desk), blackoutScheduleId=await calendar(desk, "Autumn"))
    return desk


def day(weeks: int) -> date:
    return MONDAY + weeks * WEEK


def program_id(desk: Desk) -> str:
    return encode_id("Program", desk.program)


async def close(desk: Desk, schedule_id: Any, weeks: int) -> None:
    """Close the Monday without asking the API."""
    await desk.world.add(
        models.BlackoutDate,
        blackout_schedule_id=schedule_id,
        starts_on=day(weeks),
        ends_on=day(weeks),
        scope=BlackoutScope.BOTH,
    )


async def calendar(desk: Desk, name: str) -> str:
    rows = await desk.world.rows(models.BlackoutSchedule)
    return next(encode_id("BlackoutSchedule", row.id) for row in rows if row.name == name)


async def held(desk: Desk) -> list[int]:
    """The numbers of the weeks, from one to six after this one, in which the class is held."""
    return [(date.fromisoformat(each) - MONDAY).days // 7 for each, _ in await desk.dates(day(1))]


async def totals(desk: Desk) -> list[int]:
    """How many students a dashboard of each of the next five Mondays counts."""
    document = "subscription($date: Date) { checkIns(date: $date) { cursor tally { total } } }"
    counted = []
    for weeks in range(1, 6):
        async with following(desk.api, document, date=str(day(weeks))) as stream:
            counted.append((await stream.next())["tally"]["total"])
    return counted


async def plan(desk: Desk, name: str | None, weeks: int | None) -> dict[str, Any]:
    """Give the program the calendar from a week on. Returns what the program then shows."""
    given = {"blackoutScheduleId": None if name is None else await calendar(desk, name)}
    since = {} if weeks is None else {"from": str(day(weeks))}
    done = await desk.previewed("updateProgram", SHOWN, programId=program_id(desk), **given, **since)
    return done["program"]  # type: ignore[no-any-return]


def shown(present: str | None, planned: str | None = None, weeks: int | None = None) -> dict[str, Any]:
    named = [None if name is None else {"name": name} for name in (present, planned)]
    there = None if weeks is None else {"blackoutSchedule": named[1], "from": str(day(weeks))}
    return {"blackoutSchedule": named[0], "plannedBlackoutSchedule": there}


async def test_R13_2_planned_closures_are_shown_moved_and_taken_back(desk: Desk) -> None:
    assert await held(desk) == [2, 3, 5, 6]
    assert await plan(desk, "Winter", 3) == shown("Autumn", "Winter", 3)
    assert await held(desk) == [2, 4, 6]
    # The same calendar from another date: later, then earlier.
    assert await plan(desk, "Winter", 5) == shown("Autumn", "Winter", 5)
    assert await held(desk) == [2, 3, 6]
    assert await plan(desk, "Winter", 2) == shown("Autumn", "Winter", 2)
    assert await held(desk) == [4, 6]
    # No closures at all from a later date replace the plan.
    assert await plan(desk, None, 4) == shown("Autumn", None, 4)
    assert await held(desk) == [2, 3, 4, 5, 6]
    # A name alone leaves the plan.
    await desk.act("updateProgram", programId=program_id(desk), name="Aqua")
    programs = (await desk.api.ask(PROGRAMS))["programs"]
    assert programs == [{"name": "Aqua"} | shown("Autumn", None, 4)]
    # The present calendar takes the plan back, whatever the date.
    assert await plan(desk, "Autumn", 6) == shown("Autumn")
    assert await held(desk) == [2, 3, 5, 6]
    # A change from today on replaces a plan.
    await plan(desk, None, 4)
    assert await plan(desk, "Winter", None) == shown("Winter")
    assert await held(desk) == [1, 4, 6]


async def test_R13_2_each_calendar_closes_on_its_own_side_of_the_date(desk: Desk) -> None:
    await plan(desk, "Winter", 3)

    async def close_by(name: str, weeks: int) -> int:
        """How many occurrences disappear when the calendar closes the Monday too."""
        given = {"startsOn": str(day(weeks)), "endsOn": str(day(weeks)), "scope": "BOTH"}
        schedule = await calendar(desk, name)
        done = await desk.previewed("createBlackoutDate", blackoutScheduleId=schedule, **given)
        return done["effect"]["disappearingCount"]  # type: ignore[no-any-return]

    assert [await close_by("Autumn", 6), await close_by("Winter", 1), await close_by("Winter", 2)] == [0, 0, 0]
    assert (await held(desk), await totals(desk)) == ([2, 4, 6], [0, 1, 0, 1, 0])
    assert await close_by("Autumn", 2) == 1
    assert await close_by("Winter", 6) == 1
    assert await held(desk) == [4]
    # What either calendar says cannot be deleted as long as it is needed.
    for name in CLOSED:
        refused = await desk.act("endBlackoutSchedule", blackoutScheduleId=await calendar(desk, name))
        assert (refused["__typename"], refused["usedByCount"]) == ("StillUsed", 1)
    desk.api.clock.now += 3 * WEEK
    desk.api = await desk.api.as_staff(desk.world, Permission.OWNER)
    assert (await desk.api.ask(PROGRAMS))["programs"] == [{"name": "Swim"} | shown("Winter")]
    gone = await desk.act("endBlackoutSchedule", blackoutScheduleId=await calendar(desk, "Autumn"))
    assert gone["__typename"] == "EndBlackoutScheduleSuccess"
    assert await held(desk) == [4], "what was closed stays closed"


async def test_R13_2_what_is_made_or_moved_meanwhile_follows_both_calendars(desk: Desk) -> None:
    location = encode_id("Location", desk.world.location_id)
    await plan(desk, "Winter", 3)
    zone: dict[str, Any] = {"timeZone": "America/Denver", "from": str(day(5))}
    await desk.act("updateLocation", locationId=location, **zone)
    given: dict[str, Any] = {"kind": "CLASS", "locationId": location, "from": str(day(1))}
    given["timeslots"] = [{"weekday": 1, "startTime": "12:00", "durationMinutes": 60}]
    dive = await desk.act("createOffering", "offering { id }", name="Dive", programId=program_id(desk), **given)
    moved = await desk.act("createOffering", "offering { id }", name="Polo", **given)
    both = [each["offering"]["id"] for each in (dive, moved)]
    # Another change is planned for a later date, so the move goes through what was copied.
    for change in ({"capacity": 7, "from": str(day(6))}, {"programId": program_id(desk), "from": str(day(2))}):
        await desk.act("updateOffering", offeringId=both[1], **change)
    query = """query($ids: [ID!]!, $f: Date!, $t: Date!) {
        occurrences(filter: {offeringIds: $ids, from: $f, to: $t}, first: 99) { nodes { date state startsAt } } }"""
    days = []
    for each in both:
        found = (await desk.api.ask(query, ids=[each], f=str(day(1)), t=str(day(7))))["occurrences"]["nodes"]
        days.append([str(node["date"]) for node in found if node["state"] == "SCHEDULED"])
    assert days[0] == [str(day(each)) for each in (2, 4, 6, 7)]
    assert days[1] == [str(day(each)) for each in (1, 2, 4, 6, 7)], "it was not in the program in the first week"
    # Whoever writes another calendar past the API, as an import does, ends the plan.
    await desk.world.change(models.Program, desk.program, blackout_schedule_id=None)
    assert (await desk.api.ask(PROGRAMS))["programs"] == [{"name": "Swim"} | shown(None)]
