"""R13.2, R13.3: another time zone of a location is planned, shown, moved and taken back, and comes on its date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.api.catalogue.catalogue_desk import Desk, new_desk
from tests.support.api import Api, Clock
from tests.support.factories import MONDAY, World
from workers.context import WorkerContext
from workers.jobs.change_zones import change_all

pytestmark = pytest.mark.emptied_database

WEEK = timedelta(days=7)
CHICAGO, DENVER, NEW_YORK = "America/Chicago", "America/Denver", "America/New_York"
HOURS = {CHICAGO: 23, DENVER: 0, NEW_YORK: 22}
"""When 17:00 is in UTC, in winter."""
SHOWN = "location { timeZone plannedTimeZone { timeZone from } }"


@pytest.fixture
async def desk(world: World, api: Api) -> Desk:
    return await new_desk(world, api)


def since(weeks: int) -> dict[str, Any]:
    return {"from": str(MONDAY + weeks * WEEK)}


async def zones(desk: Desk, timeslot: str | None = None) -> list[str]:
    """The zones in which the occurrences of last week and of the six weeks from today on are held, as each of their
    sheets says and as the listing says.
    """
    query = (
        "query($f: Date!, $t: Date!) { occurrences(filter: {from: $f, to: $t}, first: 99) { nodes { id startsAt } } }"
    )
    first, last = MONDAY - WEEK, MONDAY + 5 * WEEK
    listed = (await desk.api.ask(query, f=str(first), t=str(last)))["occurrences"]["nodes"]
    sheets = [desk.lesson.sheet_id(first + number * WEEK) for number in range(7)]
    mine = {each["id"]: each["startsAt"] for each in listed}
    shown = [(await desk.api.occurrence(each, "startsAt"))["startsAt"] for each in sheets]
    assert [mine[each] for each in sheets] == shown
    by_hour = {hour: zone for zone, hour in HOURS.items()}
    return [by_hour[datetime.fromisoformat(each).astimezone(UTC).hour] for each in shown]


async def test_R13_2_a_planned_zone_is_shown_moved_and_taken_back(desk: Desk) -> None:
    location = encode_id("Location", desk.world.location_id)

    async def plan(zone: str, weeks: int | None) -> dict[str, Any]:
        given = {} if weeks is None else {"from": str(MONDAY + weeks * WEEK)}
        done = await desk.previewed("updateLocation", SHOWN, locationId=location, timeZone=zone, **given)
        return {**done["location"], "moving": done["effect"]["movingCount"]}

    def planned(zone: str, weeks: int, moving: int) -> dict[str, Any]:
        there = {"timeZone": zone, "from": str(MONDAY + weeks * WEEK)}
        return {"timeZone": CHICAGO, "plannedTimeZone": there, "moving": moving}

    first = await plan(DENVER, 3)
    assert first == planned(DENVER, 3, first["moving"])
    assert first["moving"] > 20
    assert await zones(desk) == [CHICAGO] * 4 + [DENVER] * 3
    # Today at the location follows the zone that holds now: it is Tuesday in Chicago, and still Monday in Denver.
    evening, desk.api.clock.now = desk.api.clock.now, datetime(2026, 11, 17, 6, 30, tzinfo=UTC)
    night = await desk.api.as_staff(desk.world, Permission.OWNER)
    for name, of in (
        ("updateLocation", {"locationId": location, "timeZone": NEW_YORK}),
        ("updateOffering", {"offeringId": encode_id("Offering", desk.lesson.offering_id), "capacity": 7}),
    ):
        refused = await desk.act(name, api=night, **of, **{"from": str(MONDAY)})
        assert (refused["__typename"], refused["earliest"]) == ("PastIsFixed", "2026-11-17"), name
    desk.api.clock.now = evening
    assert await plan(DENVER, 3) == planned(DENVER, 3, 0)
    # The same zone from another date: later, then earlier.
    assert await plan(DENVER, 5) == planned(DENVER, 5, 2)
    assert await zones(desk) == [CHICAGO] * 6 + [DENVER]
    assert await plan(DENVER, 2) == planned(DENVER, 2, 3)
    assert await zones(desk) == [CHICAGO] * 3 + [DENVER] * 4
    # Another zone from a later date replaces the plan too.
    assert (await plan(NEW_YORK, 4))["plannedTimeZone"] == {"timeZone": NEW_YORK, "from": str(MONDAY + 4 * WEEK)}
    assert await zones(desk) == [CHICAGO] * 5 + [NEW_YORK] * 2
    # A name alone leaves the plan.
    named = await desk.act("updateLocation", SHOWN, locationId=location, name="Barn")
    assert named["location"]["plannedTimeZone"]["timeZone"] == NEW_YORK
    back = await plan(CHICAGO, None)
    assert (back["timeZone"], back["plannedTimeZone"]) == (CHICAGO, None)
    assert await zones(desk) == [CHICAGO] * 7
    # A change from today on replaces a plan.
    await plan(NEW_YORK, 4)
    now = await plan(DENVER, None)
    assert (now["timeZone"], now["plannedTimeZone"]) == (DENVER, None)
    assert await zones(desk) == [CHICAGO] * 2 + [DENVER] * 5, "what began today took place in Chicago"


async def test_R13_2_a_planned_zone_comes_when_its_date_has_begun_in_both_zones(desk: Desk, database: Database) -> None:
    location = encode_id("Location", desk.world.location_id)
    given: dict[str, Any] = {"locationId": location, "timeZone": DENVER} | since(2)
    await desk.act("updateLocation", SHOWN, **given)
    # What is made meanwhile is held in both zones too.
    made = await desk.act(
        "createOffering",
        "offering { id }",
        kind="CLASS",
        name="Dive",
        locationId=location,
        **since(0),
        timeslots=[{"weekday": 2, "startTime": "17:00", "durationMinutes": 60}],
    )
    query = """query($id: ID!, $f: Date!, $t: Date!) {
        occurrences(filter: {offeringIds: [$id], from: $f, to: $t}, first: 9) { nodes { startsAt } } }"""
    span = {"f": str(MONDAY + WEEK), "t": str(MONDAY + 3 * WEEK)}
    nodes = (await desk.api.ask(query, id=made["offering"]["id"], **span))["occurrences"]["nodes"]
    assert [datetime.fromisoformat(each["startsAt"]).astimezone(UTC).hour for each in nodes] == [23, 0]
    held = await zones(desk)
    begun = datetime(2026, 11, 30, 7, tzinfo=UTC)
    for now, changed in ((begun - timedelta(seconds=1), 0), (begun, 1), (begun, 0)):
        assert await change_all(WorkerContext(database, Announcer(), Clock(now))) == changed
    shown = await desk.api.ask("{ locations { timeZone plannedTimeZone { timeZone } } }")
    assert shown["locations"] == [{"timeZone": DENVER, "plannedTimeZone": None}]
    assert await zones(desk) == held == [CHICAGO] * 3 + [DENVER] * 4


async def test_R13_2_a_class_that_moves_to_a_location_follows_its_plan(desk: Desk) -> None:
    east = encode_id("Location", await desk.world.location(time_zone=CHICAGO))
    await desk.act("updateLocation", locationId=east, timeZone=DENVER, **since(3))
    # Another change is planned for a later date, so the move goes through what was copied.
    lesson = encode_id("Offering", desk.lesson.offering_id)
    for given in ({"capacity": 7} | since(5), {"locationId": east} | since(1)):
        await desk.act("updateOffering", offeringId=lesson, **given)
    assert await zones(desk) == [CHICAGO] * 4 + [DENVER] * 3
    # What is planned there gives way to the zone that the location has.
    await desk.act("updateLocation", locationId=east, timeZone=CHICAGO)
    assert await zones(desk) == [CHICAGO] * 7
