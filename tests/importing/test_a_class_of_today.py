"""R2.10: a class of today belongs to the past once it has begun, for those who are enrolled in it too."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import Permission, Portal
from db import models
from db.engine import Database
from tests.importing.bundles import Files, row_of, school_1_1
from tests.support.api import Api, serving
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

NOON = datetime(2026, 11, 16, 18, tzinfo=UTC)  # of a Monday in Chicago
TODAY = date(2026, 11, 16)
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45", "timeZone": "America/Chicago"}
SHEETS = """query($from: Date!, $to: Date!) { occurrences(filter: {from: $from, to: $to}, first: 100) { nodes {
    startsAt state offering { name } roster { isSubdued student { firstName } } } } }"""


@pytest.fixture
async def world(load: Any, stored: Any, owner: Any) -> World:
    await load(school())
    ((organization_id, location_id),) = await stored("SELECT organization_id, id FROM location")
    return World(owner, organization_id, location_id)


@pytest.fixture
async def office(world: World, database: Database) -> Any:
    async with serving(database) as api:
        api.clock.now = NOON
        person_id = await world.staff(Permission.OWNER)
        yield await api.signed_in(world, person_id, Portal.OFFICE, lasting=timedelta(days=90))


def school() -> Files:
    return deepcopy(school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]})


async def sheets(office: Api, first: date, last: date) -> list[tuple[str, str, str, list[tuple[str, bool]]]]:
    found = (await office.ask(SHEETS, **{"from": str(first), "to": str(last)}))["occurrences"]["nodes"]
    return [
        (
            each["offering"]["name"],
            each["startsAt"],
            each["state"],
            [(row["student"]["firstName"], row["isSubdued"]) for row in each["roster"]],
        )
        for each in found
    ]


def let_ann_go(files: Files, how: str) -> None:
    match how:
        case "her row is gone":
            files["enrollments"].remove(row_of(files, "enrollments", "e1"))
        case "her row has ended":
            row_of(files, "enrollments", "e1")["endDate"] = "2026-10-30"
        case "the term has ended":
            row_of(files, "classes", "k1")["termSourcedIds"] = "t1"
            row_of(files, "academicSessions", "t1")["endDate"] = "2026-11-15"
        case "the term ended before she came":
            row_of(files, "classes", "k1")["termSourcedIds"] = "t1"
            row_of(files, "academicSessions", "t1").update(startDate="2026-08-03", endDate="2026-08-31")
        case "the class is gone":
            files["classes"].remove(row_of(files, "classes", "k1"))
            kept = row_of(files, "enrollments", "e2") | {"classSourcedId": "k2"}
            files["enrollments"], files["schedule"] = [kept], files["schedule"][1:]
        case "she is gone":
            files["users"].remove(row_of(files, "users", "ann"))
            del files["demographics"]
            files["enrollments"].remove(row_of(files, "enrollments", "e1"))
        case _:
            row_of(files, "enrollments", "e1")["classSourcedId"] = "k2"


HOW = [
    "her row is gone",
    "her row has ended",
    "the term has ended",
    "the term ended before she came",
    "the class is gone",
    "she is gone",
    "her row names another class",
]


@pytest.mark.parametrize("how", HOW)
async def test_R2_10_who_leaves_after_the_class_of_today_has_begun_stays_on_its_sheet(
    load: Any, office: Api, how: str
) -> None:
    """Swim A meets at 16:30; the source lets Ann go at 16:31."""
    (before, _) = await sheets(office, TODAY, TODAY)
    assert before == ("Swim A", "2026-11-16T22:30:00Z", "SCHEDULED", [("Ann", False), ("Ben", False)])
    office.clock.now = datetime(2026, 11, 16, 22, 31, tzinfo=UTC)
    files = school()
    let_ann_go(files, how)
    report = await load(files, now=office.clock.now, yes=True)
    assert report.is_kept, report.problems
    assert (await sheets(office, TODAY, TODAY))[0] == before
    assert (await load(files, now=office.clock.now, yes=True)).changes == 0
    later = [each for each in await sheets(office, date(2026, 11, 17), date(2026, 11, 24)) if each[0] == "Swim A"]
    assert not any(("Ann", False) in each[3] for each in later)


@pytest.mark.parametrize("how", HOW)
async def test_R2_10_who_leaves_before_the_class_of_today_begins_is_not_on_its_sheet(
    load: Any, office: Api, how: str
) -> None:
    """At 16:29."""
    office.clock.now = datetime(2026, 11, 16, 22, 29, tzinfo=UTC)
    files = school()
    let_ann_go(files, how)
    report = await load(files, now=office.clock.now, yes=True)
    assert report.is_kept, report.problems
    today = [each for each in await sheets(office, TODAY, TODAY) if each[0] == "Swim A" and each[2] == "SCHEDULED"]
    assert not any(("Ann", False) in each[3] for each in today)


async def test_R2_10_who_joins_and_leaves_around_the_class_of_today_stays_on_its_sheet(load: Any, office: Api) -> None:
    """Cid's row comes at noon and is gone at 16:31: her enrollment began today."""
    files = school()
    files["enrollments"].append(row_of(files, "enrollments", "e1") | {"sourcedId": "e9", "userSourcedId": "cid"})
    files["enrollments"][-1]["beginDate"] = ""
    await load(files)
    office.clock.now = datetime(2026, 11, 16, 22, 31, tzinfo=UTC)
    await load(school(), now=office.clock.now)
    assert (await sheets(office, TODAY, TODAY))[0][3] == [("Ann", False), ("Ben", False), ("Cid", False)]
    next_week = await sheets(office, date(2026, 11, 23), date(2026, 11, 23))
    assert [name for name, _ in next_week[0][3]] == ["Ann", "Ben"]


@pytest.mark.parametrize("what", ["term", "zone"])
async def test_R2_10_an_import_leaves_the_past_of_the_offices_own_class(
    load: Any, office: Api, world: World, what: str
) -> None:
    """It is held at the source's location, over a session of the source."""
    session_id = await world.owner.scalar(
        text("SELECT id FROM session WHERE organization_id = :id AND source_id = 't1'"), {"id": world.organization_id}
    )
    offering_id = await world.offering(name="Dive")
    await world.timeslot(offering_id, weekday=1, start_time=time(10))
    await world.add(models.OfferingSession, offering_id=offering_id, session_id=session_id)
    before = await sheets(office, date(2026, 9, 1), TODAY)
    files = school()
    if what == "term":
        row_of(files, "academicSessions", "t1")["startDate"] = "2026-11-01"
    else:
        files["schedule"] = [row | {"timeZone": "America/New_York"} for row in files["schedule"]]
    await load(files)
    past = [each for each in before if each[1] < "2026-11-16"]
    assert await sheets(office, date(2026, 9, 1), TODAY - timedelta(days=1)) == past
