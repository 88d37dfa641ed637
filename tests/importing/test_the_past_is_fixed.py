"""R2.10: whatever a source changes, what took place stays listed, correctable and countable as it was."""

import random
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from tests.importing.bundles import Files, row_of, school_1_1, user
from tests.support.api import Api, serving
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)  # Monday noon in Chicago
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45", "timeZone": "America/Chicago"}
LAST = date(2026, 11, 9)

OCCURRENCES = """query($from: Date!, $to: Date!) { occurrences(
    filter: {from: $from, to: $to, includeNotScheduled: true}, first: 100) { nodes {
        id startsAt endsAt state canRecordAttendance attendanceState room instructors { id firstName }
        offering { id name capacity location { id timeZone } program { id } }
        tally { present absent unmarked total }
        roster { isSubdued student { id firstName } enrollment { id } mark { status } indicators { kind } } } } }"""
SUBMIT = """mutation($id: ID!, $absent: [MarkInput!]!) { submitAttendance(
    input: {occurrenceId: $id, marks: $absent, markRest: PRESENT}) {
    ... on SubmitAttendanceSuccess { issuedTokens { id } } ... on UserError { message } } }"""
TOKENS = """query($id: ID!) { node(id: $id) { ... on Student {
    makeupTokens(first: 50) { nodes { id state issuedOn expiresOn } } } } }"""


@pytest.fixture
async def office(load: Any, stored: Any, owner: Any, database: Database) -> Any:
    """The API for an office that sees and records everything, at the noon of a Monday; two classes meet then."""
    await load(school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]})
    ((organization_id, location_id),) = await stored("SELECT organization_id, id FROM location")
    await owner.exec_driver_sql(
        "INSERT INTO settings (organization_id) SELECT organization_id FROM organization ON CONFLICT DO NOTHING"
    )
    world = World(owner, organization_id, location_id)
    async with serving(database) as api:
        api.clock.now = NOW
        person_id = await world.staff(Permission.OWNER)
        yield await api.signed_in(world, person_id, Portal.OFFICE, lasting=timedelta(days=90))


async def sheets(office: Api, first: date, last: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.ask(OCCURRENCES, **{"from": str(first), "to": str(last)}))[
        "occurrences"
    ]["nodes"]
    return found


def starts(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["offering"]["name"], each["startsAt"][:16], each["attendanceState"]) for each in found]


async def test_R2_10_a_moved_class_keeps_its_taken_sheets_and_moves_from_today_on(load: Any, office: Api) -> None:
    (sheet, _) = await sheets(office, LAST, LAST)
    ann = next(row["student"]["id"] for row in sheet["roster"] if row["student"]["firstName"] == "Ann")
    await office.ask(SUBMIT, id=sheet["id"], absent=[{"studentId": ann, "status": "ABSENT"}])
    before = await sheets(office, date(2026, 9, 1), NOW.date() - timedelta(days=1))
    tokens = await office.ask(TOKENS, id=ann)

    await load(
        school_1_1() | {"schedule": [SLOT | {"start": "16:45"}, SLOT | {"classSourcedId": "k2", "start": "17:30"}]}
    )

    assert await sheets(office, date(2026, 9, 1), NOW.date() - timedelta(days=1)) == before
    assert starts(await sheets(office, date(2026, 11, 9), date(2026, 11, 16))) == [
        ("Swim A", "2026-11-09T22:30", "TAKEN"),
        ("Swim B", "2026-11-09T23:30", "NOT_TAKEN"),
        ("Swim A", "2026-11-16T22:45", "NOT_TAKEN"),
        ("Swim B", "2026-11-16T23:30", "NOT_TAKEN"),
    ]
    again = await office.ask(SUBMIT, id=sheet["id"], absent=[{"studentId": ann, "status": "ABSENT"}])
    assert again["submitAttendance"]["issuedTokens"] == []
    assert await office.ask(TOKENS, id=ann) == tokens


async def test_R2_10_a_class_that_has_begun_today_moves_from_tomorrow_on(load: Any, office: Api) -> None:
    """It met at 16:30; the source says 16:45 at 16:31."""
    now = datetime(2026, 11, 16, 22, 31, tzinfo=UTC)
    await load(school_1_1() | {"schedule": [SLOT | {"start": "16:45"}]}, now=now)
    assert [start for name, start, _ in starts(await sheets(office, date(2026, 11, 16), date(2026, 11, 23)))
            if name == "Swim A"] == ["2026-11-16T22:30", "2026-11-23T22:45"]  # fmt: skip


async def test_R2_10_a_second_weekly_meeting_begins_when_it_is_known(load: Any, office: Api) -> None:
    thursday = SLOT | {"weekday": "4", "start": "10:00"}
    await load(school_1_1() | {"schedule": [SLOT, thursday]})
    days = [start[:10] for name, start, _ in starts(await sheets(office, date(2026, 11, 2), date(2026, 11, 26)))
            if name == "Swim A"]  # fmt: skip
    assert days == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-19", "2026-11-23", "2026-11-26"]


async def test_R2_10_the_first_timetable_of_a_class_reaches_back_over_its_session(load: Any, office: Api) -> None:
    assert len(await sheets(office, date(2026, 9, 1), date(2026, 9, 14))) == 4


async def test_R2_10_the_next_terms_bundle_leaves_last_weeks_sheets(load: Any, office: Api) -> None:
    before = await sheets(office, date(2026, 9, 1), date(2026, 11, 15))
    spring = school_1_1()
    spring["academicSessions"] = [spring["academicSessions"][1]]
    spring["classes"] = [
        row | {"sourcedId": f"{row['sourcedId']}-spring", "termSourcedIds": "t2"} for row in spring["classes"]
    ]
    spring["enrollments"] = [row | {"sourcedId": f"{row['sourcedId']}-spring", "classSourcedId": "k1-spring",
                                    "beginDate": "", "endDate": ""} for row in spring["enrollments"]]  # fmt: skip
    await load(spring | {"schedule": [SLOT | {"classSourcedId": "k1-spring"}]}, yes=True)
    after = await sheets(office, date(2026, 9, 1), date(2026, 11, 15))
    # The new classes are out of session there.
    assert [each for each in after if each["state"] != "NOT_SCHEDULED"] == before
    names = {each["offering"]["name"] for each in await sheets(office, date(2026, 11, 17), date(2027, 1, 31))
             if each["state"] == "SCHEDULED"}  # fmt: skip
    assert names == {"Swim A"}


async def test_R2_10_a_class_that_comes_back_meets_again_and_not_while_it_was_gone(load: Any, office: Api) -> None:
    files = school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]}
    without = deepcopy(files)
    without["classes"] = [row_of(files, "classes", "k1")]
    without["schedule"] = [SLOT]
    await load(without)
    back = datetime(2026, 12, 2, 18, tzinfo=UTC)
    await load(files | {"schedule": [SLOT]}, now=back)
    days = [start[:10] for name, start, _ in starts(await sheets(office, date(2026, 11, 2), date(2026, 12, 17)))
            if name == "Swim B"]  # fmt: skip
    assert days == ["2026-11-02", "2026-11-09", "2026-12-07", "2026-12-14"]


async def test_R2_10_a_class_that_comes_back_meets_as_its_new_schedule_says(load: Any, office: Api) -> None:
    """Not also as it met before it went."""
    files = school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]}
    without = files | {"classes": [row_of(files, "classes", "k1")], "schedule": [SLOT]}
    await load(without)
    tuesday = {"classSourcedId": "k2", "weekday": "2", "start": "10:00"}
    await load(files | {"schedule": [SLOT, SLOT | tuesday]})
    days = [start[:10] for name, start, _ in starts(await sheets(office, date(2026, 11, 2), date(2026, 11, 26)))
            if name == "Swim B"]  # fmt: skip
    assert days == ["2026-11-02", "2026-11-09", "2026-11-17", "2026-11-24"]


async def test_R2_10_a_new_instructor_teaches_from_today_on(load: Any, office: Api) -> None:
    files = school_1_1()
    files["users"].append(user("lou", "teacher", "Lou", "New", email="lou@example.com"))
    row_of(files, "enrollments", "e3")["userSourcedId"] = "lou"
    await load(files | {"schedule": [SLOT]})
    found = {
        each["startsAt"][:10]: [person["firstName"] for person in each["instructors"]]
        for each in await sheets(office, date(2026, 11, 9), date(2026, 11, 16))
        if each["offering"]["name"] == "Swim A"
    }
    assert found == {"2026-11-09": ["Tea"], "2026-11-16": ["Lou"]}


def _change(files: Files, chance: random.Random) -> Files:
    """One thing that a source does."""
    files = deepcopy(files)
    schedule = files["schedule"]
    match chance.randrange(8):
        case 0:
            chance.choice(schedule)["start"] = f"{chance.randrange(8, 22):02}:{chance.choice(('00', '15', '30'))}"
        case 1:
            chance.choice(schedule)["weekday"] = str(chance.randrange(1, 8))
        case 2:
            schedule.append(
                SLOT | {"weekday": str(chance.randrange(1, 8)), "start": f"{chance.randrange(7, 12):02}:05"}
            )
        case 3 if len(schedule) > 2:
            schedule.remove(chance.choice(schedule[1:]))
        case 4:
            term = row_of(files, "academicSessions", "t1")
            term["endDate"] = chance.choice(("2026-10-30", "2026-11-20", "2026-12-18", "2027-01-08"))
            term["startDate"] = chance.choice(("2026-08-03", "2026-09-01", "2026-10-05"))
        case 5:
            row_of(files, "classes", "k2")["termSourcedIds"] = chance.choice(("t1", "t2", "t1,t2"))
        case 6:
            zone = chance.choice(("America/Chicago", "America/New_York", "Asia/Tokyo"))
            files["schedule"] = [row | {"timeZone": zone} for row in schedule]
        case _:
            row_of(files, "enrollments", "e3")["userSourcedId"] = chance.choice(("tea", "lou"))
    unique = {(row["classSourcedId"], row["weekday"], row["start"]): row for row in files["schedule"]}
    return files | {"schedule": list(unique.values())}


@pytest.mark.parametrize("seed", range(4))
async def test_R2_10_no_history_of_imports_changes_a_past_occurrence(load: Any, office: Api, seed: int) -> None:
    chance = random.Random(seed)
    files = school_1_1() | {"schedule": [SLOT, SLOT | {"classSourcedId": "k2", "start": "17:30"}]}
    files["users"].append(user("lou", "teacher", "Lou", "New", email="lou@example.com"))
    now = NOW
    for _ in range(12):
        office.clock.now = now
        # In the westernmost of the zones its day is over.
        over = now.date() - timedelta(days=2)
        for sheet in await sheets(office, over - timedelta(days=7), over):
            if sheet["canRecordAttendance"] and sheet["roster"] and chance.random() < 0.5:
                absent = [{"studentId": sheet["roster"][0]["student"]["id"], "status": "ABSENT"}]
                await office.ask(SUBMIT, id=sheet["id"], absent=absent)
        before = await sheets(office, over - timedelta(days=20), over)
        files = _change(files, chance)
        report = await load(files, now=now)
        assert report.is_kept, report.problems
        assert await sheets(office, over - timedelta(days=20), over) == before
        again = await load(files, now=now)
        assert again.changes == 0, again.stored
        now += timedelta(days=chance.randrange(3), hours=chance.randrange(20))
