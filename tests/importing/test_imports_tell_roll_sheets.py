"""R4.7, R10.1: an import tells open roll sheets of enrollments, and defaults newcomers of classes that have begun."""

import asyncio
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from tests.importing.bundles import Files, Row, school_1_1, user
from tests.support.api import Api, serving
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)  # Monday noon in Chicago
TODAY = NOW.date()
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45"}
SHEET = """query($on: Date!) { occurrences(filter: {from: $on, to: $on}) { nodes { id offering { name }
    roster { student { id firstName } mark { status isDefaulted source } } } } }"""
MARK = """mutation($id: ID!, $student: ID!) { markAttendance(
    input: {occurrenceId: $id, studentId: $student, status: PRESENT}) { __typename ... on UserError { message } } }"""
CHANGES = """SELECT c.held_on, c.revision, c.kind, c.source, array_agg(s.source_id ORDER BY s.source_id),
        bool_or(e.left_roster)
    FROM change c JOIN changed_entry e USING (organization_id, timeslot_id, held_on, revision)
    JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2"""
RUNS = "SELECT count(*) FROM token_run"


@pytest.fixture
async def office(load: Any, stored: Any, owner: Any, database: Database) -> Any:
    """The API for an office with check-in mode on, at the noon of a Monday on which Swim A meets."""
    await load(school())
    await owner.exec_driver_sql("UPDATE settings SET office_check_in_mode = true")
    ((organization_id, location_id),) = await stored("SELECT organization_id, id FROM location")
    world = World(owner, organization_id, location_id)
    async with serving(database) as api:
        api.clock.now = NOW
        yield await api.signed_in(world, await world.staff(Permission.OWNER), Portal.OFFICE, lasting=timedelta(days=90))


def school(*more: Row) -> Files:
    files = deepcopy(school_1_1() | {"schedule": [SLOT]})
    files["enrollments"] += more
    return files


def enrollment(student: str, begin: str = "", end: str = "") -> Row:
    row = {"sourcedId": f"e-{student}", "userSourcedId": student, "classSourcedId": "k1", "schoolSourcedId": "s1"}
    return row | {"role": "student", "beginDate": begin, "endDate": end}


async def marks(office: Api, on: date = TODAY) -> dict[str, Any]:
    (sheet,) = (await office.ask(SHEET, on=str(on)))["occurrences"]["nodes"]
    return {row["student"]["firstName"]: row["mark"] for row in sheet["roster"]}


async def check_in(office: Api, first_name: str) -> None:
    (sheet,) = (await office.ask(SHEET, on=str(TODAY)))["occurrences"]["nodes"]
    student = next(row["student"]["id"] for row in sheet["roster"] if row["student"]["firstName"] == first_name)
    done = await office.ask(MARK, id=sheet["id"], student=student)
    assert done["markAttendance"]["__typename"] == "MarkAttendanceSuccess", done


async def test_R4_7_who_joins_a_begun_class_by_import_is_absent_by_default(load: Any, office: Api, stored: Any) -> None:
    await check_in(office, "Ann")
    before = await stored(CHANGES)
    await load(school(enrollment("cid")))
    assert (await marks(office))["Cid"] == {"status": "ABSENT", "isDefaulted": True, "source": "SYSTEM"}
    of_today = [row for row in await stored(CHANGES) if row not in before and row[0] == TODAY]
    revision = max(row[1] for row in before)
    assert of_today == [
        (TODAY, revision + 1, "ROSTER", "SYSTEM", ["cid"], False),
        (TODAY, revision + 2, "MARKS", "SYSTEM", ["cid"], False),
    ]


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3])
async def test_R4_7_a_first_check_in_during_the_import_leaves_the_newcomer_absent(
    load: Any, office: Api, stored: Any, delay: float
) -> None:
    async def later() -> None:
        await asyncio.sleep(delay)
        await check_in(office, "Ann")

    async with asyncio.timeout(30):
        await asyncio.gather(load(school(enrollment("cid"))), later())
    assert (await marks(office))["Cid"] == {"status": "ABSENT", "isDefaulted": True, "source": "SYSTEM"}
    revisions = [row[1] for row in await stored(CHANGES) if row[0] == TODAY]
    assert revisions == list(range(1, len(revisions) + 1))


async def test_R4_7_who_joins_a_class_that_has_not_begun_has_no_mark(load: Any, office: Api) -> None:
    await load(school(enrollment("cid")))
    assert (await marks(office))["Cid"] is None


async def test_R10_1_sheets_hear_of_who_comes_goes_and_changes(load: Any, office: Api, stored: Any) -> None:
    assert await stored(CHANGES) == []
    files = school(enrollment("cid", begin="2026-11-23"))
    files["enrollments"] = files["enrollments"][1:]  # Ann goes.
    await load(files)
    by_day = {row[0]: row[2:] for row in await stored(CHANGES)}
    weeks = [TODAY + timedelta(days=7 * n) for n in range(-1, 5)]
    assert list(by_day) == weeks
    assert by_day[weeks[0]] == ("ROSTER", "SYSTEM", ["ann"], False)  # The indicator DROP.
    assert by_day[weeks[1]] == ("ROSTER", "SYSTEM", ["ann"], True)
    assert by_day[weeks[2]] == ("ROSTER", "SYSTEM", ["ann", "cid"], True)
    files["enrollments"][0]["endDate"] = "2026-11-23"  # Ben's ended on the 30th.
    await load(files)
    later = {row[0]: row[2:] for row in await stored(CHANGES) if row[4] == ["ben"]}
    assert later[date(2026, 11, 30)] == ("ROSTER", "SYSTEM", ["ben"], True)


async def test_R10_1_an_import_with_nothing_new_tells_nothing(load: Any, office: Api, stored: Any) -> None:
    files = school()
    files["users"][0]["givenName"] = "Anna"
    await load(files)
    assert await stored("SELECT count(*) FROM occurrence") == [(0,)]


async def test_R4_7_the_number_of_statements_does_not_depend_on_the_number_of_newcomers(
    load: Any, office: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await check_in(office, "Ann")
    # A connection that is kept knows the types that the first import has asked for.
    monkeypatch.setattr("importing.transaction.asyncpg", asyncpg)
    statements: list[str] = []
    prepare = asyncpg.Connection._get_statement

    async def counted(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        statements.append(query)
        return await prepare(self, query, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "_get_statement", counted)
    counts = []
    for size in (1, 13):
        statements.clear()
        files = school(*(enrollment(f"x{n}") for n in range(size)))
        files["users"] += [user(f"x{n}", "student", "New", f"X{n}") for n in range(size)]
        await load(files)
        counts.append(len(statements))
    assert counts[0] == counts[1]
