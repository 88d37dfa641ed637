"""R15.1: the reports of attendance add up to the roll sheets."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from db.calendar.occurrence_listings import read_tallies
from db.calendar.occurrences import read_heads
from db.engine import Database
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.factories import MONDAY, World
from tests.support.random_catalogue import FIRST, LAST, random_catalogue
from tests.support.sizes import SIZES

COUNTS = "{ present tardy leftEarly tardyAndLeftEarly absent excusedAbsence total rate }"
REPORT = f"""query($filter: ReportFilter!, $by: ReportGroup!, $first: Int, $after: String) {{
  attendanceReport(filter: $filter, groupBy: $by, first: $first, after: $after) {{
    totals {COUNTS}
    rows {{ nodes {{ subjectId name counts {COUNTS} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}"""
DETAILS = """query($filter: ReportFilter!, $by: ReportGroup!) { attendanceReport(filter: $filter, groupBy: $by) {
  rows { nodes { subjectId offering { locationName meetings { weekday startTime } }
    student { familyName birthOn } instructor { classNames locationNames } } } } }"""
Sheet = tuple[OccurrenceHead, AttendanceTally]
BY = ("OFFERING", "LOCATION", "INSTRUCTOR", "WEEK")


def shown(statuses: Counter[AttendanceStatus]) -> dict[str, Any]:
    """What the report says of these marks."""
    there = sum(statuses[each] for each in list(AttendanceStatus)[:4])
    absent = statuses[AttendanceStatus.ABSENT]
    names = ("present", "tardy", "leftEarly", "tardyAndLeftEarly", "absent", "excusedAbsence")
    counts = dict(zip(names, (statuses[each] for each in AttendanceStatus), strict=True))
    return counts | {"total": statuses.total(), "rate": there / (there + absent) if there + absent else None}


def groups_of(head: OccurrenceHead, by: str) -> list[tuple[str | None, str]]:
    """The ids and names of the groups to which a sheet belongs."""
    if by == "OFFERING":
        return [(encode_id("Offering", head.offering.id), head.offering.name)]
    if by == "LOCATION":
        return [(encode_id("Location", head.offering.location.id), head.offering.location.name)]
    if by == "WEEK":
        return [(None, str(head.key.held_on - timedelta(head.key.held_on.weekday())))]
    people = [(encode_id("StaffMember", each.id), f"{each.first_name} {each.last_name}") for each in head.instructors]
    return list(people) or [(None, "")]


def counted(sheets: Iterable[Sheet], by: str) -> dict[tuple[str | None, str], Counter[AttendanceStatus]]:
    found: dict[tuple[str | None, str], Counter[AttendanceStatus]] = defaultdict(Counter)
    for head, tally in sheets:
        for group in groups_of(head, by) if tally.marked else ():
            found[group].update(tally.by_status)
    return found


async def sheets_of(world: World, database: Database) -> list[Sheet]:
    """All sheets with their tallies. What was marked on dates without a sheet is deleted."""
    keys = [OccurrenceKey(row.timeslot_id, row.held_on) for row in await world.rows(models.Occurrence)]
    async with database.read(world.organization_id) as connection:
        heads = {head.key: head for head in await read_heads(connection, world.organization_id, keys)}
        tallies = await read_tallies(connection, world.organization_id, heads.keys())
    gone = text("DELETE FROM mark WHERE organization_id = :of AND timeslot_id = :timeslot_id AND held_on = :held_on")
    for key in keys:
        if key not in heads:
            given = {"of": world.organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
            await world.owner.execute(gone, given)
    return [(heads[key], tallies[key]) for key in heads]


async def report(api: Api, by: str, first: int, **filter_: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The totals, and all rows page by page."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        given = {"filter": filter_, "by": by, "first": first, "after": after}
        found = (await api.ask(REPORT, **given))["attendanceReport"]
        assert len(found["rows"]["nodes"]) <= first
        rows += found["rows"]["nodes"]
        after = found["rows"]["pageInfo"]["endCursor"]
        if not found["rows"]["pageInfo"]["hasNextPage"]:
            return found["totals"], rows


def names(rows: list[dict[str, Any]]) -> list[tuple[str | None, str]]:
    return [(row["subjectId"], row["name"]) for row in rows]


@pytest.mark.parametrize("seed", range(SIZES.listed_organizations))
async def test_R15_1_reports_add_up_to_the_sheets(world: World, api: Api, database: Database, seed: int) -> None:
    made = await random_catalogue(world, random.Random(200 + seed), offerings=20)
    sheets = await sheets_of(world, database)
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    for _ in range(6):
        first, last = sorted([made.day(), made.day()])
        chosen: dict[str, Any] = {"from": str(first), "to": str(last)}
        mine = [sheet for sheet in sheets if first <= sheet[0].key.held_on <= last]
        if made.often(0.4):
            location = made.dice.choice(made.locations)
            chosen["locationIds"] = [encode_id("Location", location)]
            mine = [sheet for sheet in mine if sheet[0].offering.location.id == location]
        for by in BY:
            totals, rows = await report(analyst, by, made.dice.choice([2, 100]), **chosen)
            assert totals == shown(sum((Counter(tally.by_status) for _, tally in mine), Counter()))
            expected = counted(mine, by)
            assert {(row["subjectId"], row["name"]): row["counts"] for row in rows} == {
                group: shown(statuses) for group, statuses in expected.items()
            }
            assert len(rows) == len(expected)
    assert sum(tally.marked for _, tally in sheets) > 20


async def test_R15_1_students_are_added_up_in_order_of_their_names(world: World, api: Api, database: Database) -> None:
    made = await random_catalogue(world, random.Random(300))
    await sheets_of(world, database)
    await world.change(models.Student, made.students[0], sort_key="zz last", deleted_at=None)
    expected: dict[UUID, Counter[AttendanceStatus]] = defaultdict(Counter)
    for mark in await world.rows(models.Mark):
        expected[mark.student_id][AttendanceStatus(mark.status)] += 1
    order = sorted((row.sort_key, str(row.id)) for row in await world.rows(models.Student) if row.id in expected)
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    totals, rows = await report(analyst, "STUDENT", 5, **{"from": str(FIRST), "to": str(LAST)})
    assert [row["subjectId"] for row in rows] == [encode_id("Student", UUID(student)) for _, student in order]
    assert [row["counts"] for row in rows] == [shown(expected[UUID(student)]) for _, student in order]
    assert totals == shown(sum(expected.values(), Counter()))
    assert rows[-1]["subjectId"] == encode_id("Student", made.students[0])


async def test_R15_1_classes_and_students_of_one_name_are_told_apart(world: World, api: Api) -> None:
    (main,) = await world.rows(models.Location)
    there = await world.location(name="Elm Street")
    here = await world.weekly_class(name="Swim")
    moved = await world.weekly_class(name="Swim", location_id=there)
    twins = []
    for lesson, birth_on in ((here, date(2018, 5, 4)), (moved, None)):
        family = await world.family(name=f"Ng {birth_on}")
        twins.append(await world.student(first_name="Li", last_name="Ng", family_id=family, birth_on=birth_on))
        await world.enroll(twins[-1], lesson.offering_id)
        for weeks in range(3):
            await world.mark(twins[-1], lesson.timeslot_id, held_on=MONDAY - timedelta(weeks=weeks))
    later = await world.timeslot(moved.offering_id, weekday=3, start_time=time(18, 30))
    await world.mark(twins[1], later, held_on=MONDAY - timedelta(days=5))
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)

    async def told(by: str) -> dict[str, Any]:
        filter_ = {"from": str(MONDAY - timedelta(days=60)), "to": str(MONDAY)}
        nodes = (await analyst.ask(DETAILS, filter=filter_, by=by))["attendanceReport"]["rows"]["nodes"]
        return {row["subjectId"]: {"offering": row["offering"], "student": row["student"]} for row in nodes}

    monday, wednesday = {"weekday": 1, "startTime": "17:00"}, {"weekday": 3, "startTime": "18:30"}
    assert await told("OFFERING") == {
        encode_id("Offering", here.offering_id): {
            "offering": {"locationName": main.name, "meetings": [monday]},
            "student": None,
        },
        encode_id("Offering", moved.offering_id): {
            "offering": {"locationName": "Elm Street", "meetings": [monday, wednesday]},
            "student": None,
        },
    }
    assert await told("STUDENT") == {
        encode_id("Student", twins[0]): {
            "offering": None,
            "student": {"familyName": "Ng 2018-05-04", "birthOn": "2018-05-04"},
        },
        encode_id("Student", twins[1]): {"offering": None, "student": {"familyName": "Ng None", "birthOn": None}},
    }
    assert all(row == {"offering": None, "student": None} for row in (await told("WEEK")).values())


async def test_R15_1_instructors_of_one_name_are_told_apart(world: World, api: Api) -> None:
    (main,) = await world.rows(models.Location)
    there = await world.location(name="Elm Street")
    swim, dive = await world.weekly_class(name="Swim"), await world.weekly_class(name="Dive", location_id=there)
    alone, ann = await world.weekly_class(name="Alone"), await world.student()
    first = await world.staff(first_name="Tess", last_name="Ng", teaches=[swim.offering_id, dive.offering_id])
    second = await world.staff(first_name="Tess", last_name="Ng")
    of_monday = {"timeslot_id": swim.timeslot_id, "held_on": MONDAY}
    await world.add(models.Substitution, absent_person_id=first, substitute_id=second, **of_monday)
    for lesson in (swim, dive, alone):
        await world.enroll(ann, lesson.offering_id)
        for weeks in range(2):
            await world.mark(ann, lesson.timeslot_id, held_on=MONDAY - timedelta(weeks=weeks))
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    filter_ = {"from": str(MONDAY - timedelta(days=60)), "to": str(MONDAY)}
    report = (await analyst.ask(DETAILS, filter=filter_, by="INSTRUCTOR"))["attendanceReport"]
    told = {row["subjectId"]: row["instructor"] for row in report["rows"]["nodes"]}
    assert told == {
        encode_id("StaffMember", first): {"classNames": ["Dive", "Swim"], "locationNames": ["Elm Street", main.name]},
        encode_id("StaffMember", second): {"classNames": ["Swim"], "locationNames": [main.name]},
        None: {"classNames": ["Alone"], "locationNames": [main.name]},
    }


async def test_R15_1_without_marks_there_are_totals_of_nothing(world: World, api: Api) -> None:
    analyst = await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)
    for by in (*BY, "STUDENT"):
        analyst.statements.clear()
        totals, rows = await report(analyst, by, 50, **{"from": str(MONDAY), "to": str(MONDAY)})
        assert (totals, rows) == (shown(Counter()), [])
        assert len(analyst.statements) <= 5
    refused = await analyst.refused(REPORT, filter={"from": str(date(2025, 1, 1)), "to": str(MONDAY)}, by="WEEK")
    assert refused[0] == "BAD_USER_INPUT"
