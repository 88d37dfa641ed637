"""R2.10, R13.2: changes of calendars and zones leave the past of ended classes, and reach classes that meet again."""

from datetime import date, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import BlackoutScope, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, World

WEEK = timedelta(days=7)
CLOSED = {"Autumn": (-3, -2, 1, 4), "Winter": (-4, 2, 3, 5)}
DENVER = "America/Denver"


def day(weeks: int) -> date:
    return MONDAY + weeks * WEEK


def since(weeks: int) -> dict[str, Any]:
    return {"from": str(day(weeks))}


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    """The program of the class has the closures of the autumn. There is a calendar of the winter, too."""
    desk = await new_desk(world, api)
    for name, weeks in CLOSED.items():
        schedule = await world.add(models.BlackoutSchedule, name=name)
        if name == "Autumn":
            await world.change(models.Program, desk.program, blackout_schedule_id=schedule)
        for number in weeks:
            given: dict[str, Any] = {"starts_on": day(number), "ends_on": day(number), "scope": BlackoutScope.BOTH}
            await world.add(models.BlackoutDate, blackout_schedule_id=schedule, **given)
    return desk


async def calendar(desk: Desk, name: str) -> str:
    rows = await desk.world.rows(models.BlackoutSchedule)
    return next(encode_id("BlackoutSchedule", row.id) for row in rows if row.name == name)


async def shown(desk: Desk, offering_id: str, first: int = -6, last: int = 7) -> list[tuple[int, str, str]]:
    """The numbers of the weeks in which the class meets, its state and its start, as listing and sheets say."""
    query = """query($ids: [ID!]!, $f: Date!, $t: Date!) {
        occurrences(filter: {offeringIds: $ids, from: $f, to: $t}, first: 99) { nodes { id date state startsAt } } }"""
    found = await desk.api.ask(query, ids=[offering_id], f=str(day(first)), t=str(day(last)))
    nodes = found["occurrences"]["nodes"]
    for each in nodes:
        assert await desk.api.occurrence(each["id"], "id date state startsAt") == each
    return [((date.fromisoformat(each["date"]) - MONDAY).days // 7, each["state"], each["startsAt"]) for each in nodes]


async def test_R2_10_the_past_of_an_ended_class_stays_when_calendar_zone_and_program_change(desk: Desk) -> None:
    dive = await desk.world.program(name="Dive")
    rows = await desk.world.rows(models.BlackoutSchedule)
    autumn = next(row.id for row in rows if row.name == "Autumn")
    await desk.world.change(models.Program, dive, blackout_schedule_id=autumn)
    other = await desk.world.weekly_class(program_id=dive)
    mine, theirs = (encode_id("Offering", each.offering_id) for each in (desk.lesson, other))
    tomorrow: dict[str, Any] = {"from": str(MONDAY + timedelta(days=1))}
    await desk.act("endTimeslot", timeslotId=encode_id("Timeslot", desk.lesson.timeslot_id), **tomorrow)
    await desk.act("endOffering", offeringId=theirs, **tomorrow)
    desk.api.clock.now += WEEK
    desk.api = await desk.api.as_staff(desk.world, Permission.OWNER)
    past = [await shown(desk, each) for each in (mine, theirs)]
    assert [week for week, state, _ in past[0] if state == "CLOSED"] == [-3, -2]
    program, location = encode_id("Program", desk.program), encode_id("Location", desk.world.location_id)
    for name, given in (
        ("updateProgram", {"programId": program, "blackoutScheduleId": await calendar(desk, "Winter"), **since(4)}),
        ("updateProgram", {"programId": program, "blackoutScheduleId": await calendar(desk, "Winter")}),
        ("updateLocation", {"locationId": location, "timeZone": DENVER, **since(4)}),
        ("updateLocation", {"locationId": location, "timeZone": DENVER}),
        ("endProgram", {"programId": encode_id("Program", dive)}),
        ("endBlackoutSchedule", {"blackoutScheduleId": await calendar(desk, "Autumn")}),
        ("endProgram", {"programId": program}),
        ("endLocation", {"locationId": location}),
    ):
        done = await desk.act(name, **given)
        assert done["__typename"] == f"{name[0].upper()}{name[1:]}Success"
        assert [await shown(desk, each) for each in (mine, theirs)] == past, name


async def test_R13_2_a_class_that_meets_only_after_a_plan_was_made_follows_it(desk: Desk) -> None:
    program, location = encode_id("Program", desk.program), encode_id("Location", desk.world.location_id)
    given: dict[str, Any] = {"programId": program, "kind": "CLASS", "locationId": location, "timeslots": [], **since(1)}
    dive = await desk.act("createOffering", "offering { id }", name="Dive", **given)
    winter = await calendar(desk, "Winter")
    await desk.act("updateProgram", programId=program, blackoutScheduleId=winter, **since(3))
    await desk.act("updateLocation", locationId=location, timeZone=DENVER, **since(5))
    offering, slot = dive["offering"]["id"], {"weekday": 1, "startTime": "17:00", "durationMinutes": 45}
    await desk.act("updateOffering", offeringId=offering, capacity=8, **since(6))
    await desk.act("createTimeslot", offeringId=offering, timeslot={**slot, "startsOn": str(day(1))})
    swim = encode_id("Offering", desk.lesson.offering_id)
    assert await shown(desk, offering) == await shown(desk, swim, 1)


async def test_R13_2_closures_made_meanwhile_count_when_a_timeslot_meets_again(desk: Desk) -> None:
    swim, timeslot = encode_id("Offering", desk.lesson.offering_id), encode_id("Timeslot", desk.lesson.timeslot_id)
    await desk.act("updateOffering", offeringId=swim, capacity=5, **since(6))
    await desk.act("endTimeslot", timeslotId=timeslot, **since(1))
    closure: dict[str, Any] = {"startsOn": str(day(2)), "endsOn": str(day(2)), "scope": "BOTH"}
    await desk.act("createBlackoutDate", blackoutScheduleId=await calendar(desk, "Autumn"), **closure)
    await desk.act("updateTimeslot", timeslotId=timeslot, endsOn=None, **since(1))
    assert [week for week, state, _ in await shown(desk, swim, 1, 6) if state == "CLOSED"] == [1, 2, 4]
