"""R13.9: an import follows the source, never undoes an act of the office, and never reaches into the past."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from gql.fields.global_ids import encode_id
from importing.report import Report, grouped
from tests.importing.bundles import Files, Row, delta, row_of, school_1_1
from tests.support.api import Api, serving
from tests.support.at_once import until_one_waits
from tests.support.factories import World

pytestmark = pytest.mark.emptied_database

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)  # Monday noon in Chicago
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
SLOT = {"classSourcedId": "k1", "weekday": "1", "start": "16:30", "minutes": "45"}
OTHER = {"classSourcedId": "k2", "weekday": "1", "start": "17:30", "minutes": "45"}
ENROLLMENTS = """SELECT s.source_id, o.source_id, e.starts_on, e.drop_on, e.source_id, e.deleted_at IS NULL
    FROM enrollment e JOIN student s ON s.id = e.student_id JOIN offering o ON o.id = e.offering_id
    ORDER BY 1, 3, 4"""
ROSTER = """query($on: Date!) { occurrences(filter: {from: $on, to: $on}) { nodes {
    offering { id name } attendanceState roster { student { firstName } enrollment { id } } } } }"""
DROP = """mutation($id: ID!, $on: Date!) { dropEnrollment(input: {enrollmentId: $id, dropOn: $on}) {
    __typename ... on UserError { message } } }"""
TRANSFER = """mutation($id: ID!, $to: ID!, $on: Date!) { transferEnrollment(
    input: {enrollmentId: $id, offeringId: $to, startsOn: $on}) { __typename ... on UserError { message } } }"""


@pytest.fixture
async def office(load: Any, stored: Any, owner: Any, database: Database) -> Any:
    """The API for an office at noon; the school's classes meet in the afternoon."""
    await load(school())
    ((organization_id, location_id),) = await stored("SELECT organization_id, id FROM location")
    world = World(owner, organization_id, location_id)
    async with serving(database) as api:
        api.clock.now = NOW
        yield await api.signed_in(world, await world.staff(Permission.OWNER), Portal.OFFICE, lasting=timedelta(days=90))


def school() -> Files:
    return deepcopy(school_1_1() | {"schedule": [SLOT, OTHER]})


def enrollment(source_id: str, student: str, class_: str = "k1", begin: str = "", end: str = "") -> Row:
    cells = {"sourcedId": source_id, "userSourcedId": student, "classSourcedId": class_, "schoolSourcedId": "s1"}
    return cells | {"role": "student", "beginDate": begin, "endDate": end}


def warnings(report: Report) -> list[str]:
    return [problem.reason for problem in report.problems if problem.is_warning]


async def sheet(office: Api, on: date, name: str = "Swim A") -> dict[str, Any]:
    found = (await office.ask(ROSTER, on=str(on)))["occurrences"]["nodes"]
    return next(each for each in found if each["offering"]["name"] == name)


async def names(office: Api, on: date, name: str = "Swim A") -> list[str]:
    return [row["student"]["firstName"] for row in (await sheet(office, on, name))["roster"]]


async def drop(office: Api, first_name: str, on: date) -> None:
    rows = (await sheet(office, TODAY))["roster"]
    id_ = next(row["enrollment"]["id"] for row in rows if row["student"]["firstName"] == first_name)
    answer = (await office.ask(DROP, id=id_, on=str(on)))["dropEnrollment"]
    assert answer["__typename"] == "DropEnrollmentSuccess", answer


@pytest.mark.parametrize("on", [YESTERDAY, TODAY + timedelta(days=4), date(2026, 8, 1)])
async def test_R13_9_a_drop_stays_while_the_sources_row_stays(load: Any, office: Api, stored: Any, on: date) -> None:
    await drop(office, "Ann", on)
    before = await stored(ENROLLMENTS)
    report = await load(school())
    assert (report.changes, warnings(report)) == (0, [])
    assert await stored(ENROLLMENTS) == before


async def test_R13_9_a_transfer_stays_while_the_sources_row_stays(load: Any, office: Api) -> None:
    ann = next(row for row in (await sheet(office, TODAY))["roster"] if row["student"]["firstName"] == "Ann")
    to = (await sheet(office, TODAY, "Swim B"))["offering"]["id"]
    await office.ask(TRANSFER, id=ann["enrollment"]["id"], to=to, on=str(TODAY))
    assert (await load(school())).changes == 0
    assert await names(office, TODAY) == ["Ben"]
    assert await names(office, TODAY, "Swim B") == ["Ann"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: rows[0].update(endDate="2026-12-01"), "Ann Archer in Swim A: the source's row has changed"),
        (lambda rows: rows[0].update(classSourcedId="k2"), "Ann Archer in Swim A: the source's row has changed"),
        (lambda rows: rows.pop(0), "Ann Archer in Swim A: the source no longer has this enrollment"),
    ],
)
async def test_R13_9_where_both_changed_the_import_says_so_by_name_and_the_office_holds(
    load: Any, office: Api, stored: Any, change: Callable[[list[Row]], Any], reason: str
) -> None:
    await drop(office, "Ann", TODAY + timedelta(days=4))
    before = await stored(ENROLLMENTS)
    files = school()
    change(files["enrollments"])
    for _ in range(2):  # It is said as long as it is so.
        report = await load(files)
        assert [text for text in warnings(report) if reason in text]
        assert report.changes == 0
        assert await stored(ENROLLMENTS) == before


async def test_R13_9_a_source_that_comes_to_say_the_same_is_not_reported(load: Any, office: Api) -> None:
    await drop(office, "Ann", date(2026, 12, 1))
    files = school()
    files["enrollments"][0]["endDate"] = "2026-12-01"
    assert warnings(await load(files)) == []


async def test_R13_9_without_an_act_of_the_office_the_source_is_followed(load: Any, stored: Any) -> None:
    files = school()
    await load(files)
    files["enrollments"][0]["endDate"] = "2026-12-01"
    await load(files)
    files["enrollments"][0]["endDate"] = ""
    report = await load(files)
    assert (report.stored["enrollments"].changed, warnings(report)) == (1, [])
    assert (await stored(ENROLLMENTS))[0][3] == date(2027, 6, 4)


async def test_R13_9_an_enrollment_of_before_this_record_that_ended_early_is_held_and_said(
    load: Any, office: Api, stored: Any, owner: Any
) -> None:
    await owner.exec_driver_sql("DELETE FROM imported_enrollment")
    await drop(office, "Ann", YESTERDAY)
    first, second = await load(school()), await load(school())
    assert [len(warnings(first)), len(warnings(second))] == [1, 0]
    assert "Ann Archer in Swim A: it ended here before the source says" in warnings(first)[0]
    assert (first.changes, second.changes) == (0, 0)
    assert await names(office, TODAY) == ["Ben"]


async def test_R13_9_a_late_joiner_without_a_date_starts_on_the_day_of_the_import(load: Any, office: Api) -> None:
    files = school()
    files["enrollments"].append(enrollment("e9", "cid"))
    evening = datetime(2026, 11, 17, 3, tzinfo=UTC)  # Still Monday in Chicago.
    await load(files, now=evening)
    assert "Cid" not in await names(office, date(2026, 11, 9))
    assert "Cid" in await names(office, TODAY)
    assert (await load(files, now=NOW + timedelta(days=9))).changes == 0


async def test_R13_9_the_first_bundle_that_brings_a_class_reaches_back(load: Any, stored: Any) -> None:
    files = school()
    await load(files)
    files["classes"].append(row_of(files, "classes", "k1") | {"sourcedId": "k3", "title": "Swim C"})
    files["enrollments"].append(enrollment("e9", "cid", "k3"))
    await load(files)
    assert (await stored(ENROLLMENTS))[-1][2] == date(2026, 9, 1)


async def test_R13_9_a_row_that_begins_after_its_class_has_ended_enrolls_nobody(
    load: Any, office: Api, stored: Any
) -> None:
    files = school()
    files["enrollments"].append(enrollment("e9", "cid", begin="2030-01-07"))
    before = await stored(ENROLLMENTS)
    await load(files, now=NOW, yes=True)
    assert await stored(ENROLLMENTS) == before


async def test_R13_9_a_late_joiner_with_an_earlier_date_starts_today_and_is_named(load: Any, stored: Any) -> None:
    files = school()
    await load(files)
    files["enrollments"].append(enrollment("e9", "cid", begin="2026-11-02"))
    report = await load(files)
    assert (await stored(ENROLLMENTS))[-1][2] == TODAY
    assert warnings(report) == ["Cid Cole is new in Swim A and begins on 2026-11-16: the past is fixed"]
    assert warnings(await load(files)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"beginDate": "2026-08-03"},
        {"beginDate": "2026-11-01"},
        {"beginDate": "2026-12-01"},
        {"endDate": "2026-10-01"},
        {"classSourcedId": "k2"},
        {"userSourcedId": "cid"},
    ],
)
async def test_R2_10_no_change_of_a_row_touches_the_past_of_a_begun_enrollment(
    load: Any, office: Api, change: Row
) -> None:
    days = [date(2026, 9, 7), date(2026, 10, 5), date(2026, 11, 9)]
    before = [await names(office, day) for day in days]
    other = [await names(office, day, "Swim B") for day in days]
    files = school()
    files["enrollments"][0].update(change)
    await load(files)
    assert [await names(office, day) for day in days] == before
    assert [await names(office, day, "Swim B") for day in days] == other
    assert (await load(files, now=NOW + timedelta(days=2))).changes == 0


async def test_R13_9_a_row_that_moves_to_another_class_moves_the_student_from_today_on(load: Any, office: Api) -> None:
    files = school()
    files["enrollments"][0]["classSourcedId"] = "k2"
    await load(files)
    assert (await names(office, TODAY), await names(office, TODAY, "Swim B")) == (["Ben"], ["Ann"])


async def test_R13_9_what_comes_back_after_a_gap_is_not_enrolled_in_the_gap(load: Any, office: Api) -> None:
    files = school()
    await load(files | {"enrollments": files["enrollments"][1:]})
    later = datetime(2026, 12, 1, 18, tzinfo=UTC)
    await load(files, now=later)
    assert [await names(office, day) for day in (date(2026, 11, 9), date(2026, 11, 23), date(2026, 12, 7))] == [
        ["Ann", "Ben"],
        ["Ben"],
        ["Ann"],
    ]
    assert (await load(files, now=later)).changes == 0


async def test_R13_9_a_delta_that_deletes_what_the_office_ended_later_leaves_it(load: Any, office: Api) -> None:
    await drop(office, "Ann", TODAY + timedelta(days=7))
    gone = {"enrollments": delta([row_of(school(), "enrollments", "e1")], "tobedeleted")}
    report = await load(gone, mode="delta", organization="Riverside District")
    assert len(warnings(report)) == 1
    assert await names(office, TODAY) == ["Ann", "Ben"]


@pytest.mark.parametrize("row", ["e1", "new"])
async def test_R13_9_a_transfer_that_the_source_makes_too_is_one_enrollment(
    load: Any, office: Api, stored: Any, row: str
) -> None:
    """Either the row names the other class, or another row comes in its place."""
    ann = next(row for row in (await sheet(office, TODAY))["roster"] if row["student"]["firstName"] == "Ann")
    to = (await sheet(office, TODAY, "Swim B"))["offering"]["id"]
    await office.ask(TRANSFER, id=ann["enrollment"]["id"], to=to, on=str(TODAY))
    files = school()
    files["enrollments"][0].update(sourcedId=row, classSourcedId="k2")
    report = await load(files)
    assert warnings(report) == []
    assert [each for each in await stored(ENROLLMENTS) if each[:2] == ("ann", "k2")] == [
        ("ann", "k2", TODAY, date(2026, 12, 18), row, True)
    ]
    assert (await names(office, TODAY), await names(office, TODAY, "Swim B")) == (["Ben"], ["Ann"])
    assert (await load(files)).changes == 0
    files["enrollments"][0]["endDate"] = "2026-12-01"
    assert (await load(files)).stored["enrollments"].changed == 1


async def test_R13_9_the_offices_dates_of_an_enrollment_that_the_source_brings_later_stay(
    load: Any, office: Api, stored: Any, owner: Any
) -> None:
    await owner.exec_driver_sql(
        "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on, drop_on, end_cause)"
        " SELECT s.organization_id, gen_random_uuid(), s.id, o.id, 'TRIAL', '2026-11-23', '2026-12-01', 'DROPPED'"
        " FROM student s, offering o WHERE s.source_id = 'cid' AND o.source_id = 'k1'"
    )
    files = school()
    files["enrollments"].append(enrollment("e9", "cid"))
    told = [
        "Cid Cole in Swim A: the office ends this enrollment on another date than the source; it stays as it is",
    ]
    assert warnings(await load(files)) == told
    mine = ("cid", "k1", date(2026, 11, 23), date(2026, 12, 1), "e9", True)
    assert [each for each in await stored(ENROLLMENTS) if each[0] == "cid"] == [mine]
    report = await load(files)
    assert (report.changes, warnings(report)) == (0, told)
    files["enrollments"][-1]["endDate"] = "2026-12-10"
    report = await load(files)
    assert [each for each in await stored(ENROLLMENTS) if each[0] == "cid"] == [mine]
    assert len(warnings(report)) == 1
    files["enrollments"][-1]["endDate"] = "2026-12-01"
    assert warnings(await load(files)) == []


def test_R13_9_warnings_whose_names_differ_in_a_number_are_each_told() -> None:
    report = Report()
    for line, class_ in enumerate(("Swim 1", "Swim 2"), start=2):
        report.warn("enrollments.csv", line, "endDate", "", f"Ann Archer in {class_}: it stays as it is")
        report.warn("users.csv", line + 2, "sourcedId", "ann", f"is the row of line {line} again")
    assert [(one.reason, count) for one, count in grouped(report.problems)] == [
        ("Ann Archer in Swim 1: it stays as it is", 1),
        ("Ann Archer in Swim 2: it stays as it is", 1),
        ("is the row of line 2 again", 2),
    ]


async def test_R13_9_a_drop_during_the_import_stays(
    load: Any, stored: Any, database_url: str, owner: AsyncConnection
) -> None:
    """The office drops after the import has read what there is. The class's lock puts one after the other."""
    files = school()
    await load(files)
    files["enrollments"][0]["endDate"] = "2026-12-01"
    files["enrollments"][1]["endDate"] = "2026-12-01"
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        office = connection.transaction()
        await office.start()
        await connection.execute("SELECT FROM offering WHERE source_id = 'k1' FOR NO KEY UPDATE")
        importing = asyncio.create_task(load(files))
        await until_one_waits(owner)
        await connection.execute(
            "UPDATE enrollment SET drop_on = '2026-11-20', end_cause = 'DROPPED' WHERE source_id = 'e1'"
        )
        await office.commit()
        report = await asyncio.wait_for(importing, 20)
    finally:
        await connection.close()
    assert warnings(report) == [
        "Ann Archer in Swim A: the office changed this enrollment during the import; it stays as it is"
    ]
    assert [row[3] for row in await stored(ENROLLMENTS)] == [date(2026, 11, 20), date(2026, 12, 1)]


async def test_R3_1_an_imported_place_ends_the_wait_for_it(office: Any, load: Any, stored: Any, owner: Any) -> None:
    await owner.exec_driver_sql(
        "INSERT INTO enrollment (organization_id, id, student_id, offering_id, type, starts_on)"
        " SELECT s.organization_id, gen_random_uuid(), s.id, o.id, 'WAITLIST', '2026-11-02'"
        " FROM student s JOIN offering o ON o.organization_id = s.organization_id AND o.source_id = 'k2'"
    )
    waiting = """SELECT s.source_id, e.drop_on, e.end_cause FROM enrollment e
        JOIN student s ON s.id = e.student_id WHERE e.type = 'WAITLIST' ORDER BY 1"""
    before = await stored(waiting)
    files = school()
    files["enrollments"].append(enrollment("late", "ann", "k2", begin=str(TODAY)))
    report = await load(files, now=NOW)
    expected = [(who, YESTERDAY, "DROPPED") if who == "ann" else (who, None, None) for who, *_ in before]
    assert await stored(waiting) == expected
    assert report.thing("waits for a place").removed == 1
    assert len(before) > 1


async def test_R13_9_what_the_office_edited_of_students_and_guardians_stays(
    load: Any, office: Api, stored: Any
) -> None:
    files = school()
    row_of(files, "users", "mum").update(phone="(312) 555-0100")
    files["demographics"] = [{"sourcedId": "ann", "birthDate": "2018-03-01", "sex": "female"}]
    await load(files)
    ((ann,),) = await stored("SELECT id FROM student WHERE source_id = 'ann'")
    ((mum,),) = await stored("SELECT id FROM person WHERE source_id = 'guardian/mum'")
    given: dict[str, Any] = {"firstName": "Anne", "birthOn": "2018-03-02"}
    await office.act("updateStudent", studentId=encode_id("Student", ann), **given)
    phones = {"phones": ["312 555 0177"]}
    await office.act("updateGuardian", guardianId=encode_id("Guardian", mum), lastName="Archer-Hill", **phones)
    await office.act("endGuardian", guardianId=encode_id("Guardian", mum))
    report = await load(files)

    student = "SELECT first_name, last_name, birth_on, gender FROM student WHERE source_id = 'ann'"
    last_name = row_of(files, "users", "ann")["familyName"]
    assert await stored(student) == [("Anne", last_name, date(2018, 3, 2), "FEMALE")]
    guardian = "SELECT last_name, ended_at IS NOT NULL FROM person WHERE source_id = 'guardian/mum'"
    assert await stored(guardian) == [("Archer-Hill", True)]
    assert await stored("SELECT g.number FROM guardian_phone g") == []
    told = warnings(report)
    for title in ("given name", "birth date", "family name", "access"):
        assert [each for each in told if f"another {title} than the office, whose stays" in each], (title, told)


async def _merge(office: Api, kind: str, from_id: str, into_id: str) -> None:
    asked = f"query($from: ID!, $into: ID!) {{ merge{kind}Preview(fromId: $from, intoId: $into) {{ seen }} }}"
    seen = (await office.ask(asked, **{"from": from_id, "into": into_id}))[f"merge{kind}Preview"]["seen"]
    more: dict[str, Any] = {"marks": []} if kind == "Students" else {}
    done = await office.act(f"merge{kind}", fromId=from_id, intoId=into_id, seen=seen, **more)
    assert done["__typename"] == f"Merge{kind}Success", done


async def test_R13_6_an_import_maps_whom_the_office_merged_to_the_one_who_is_left(
    load: Any, office: Api, stored: Any
) -> None:
    files = school()
    twin = row_of(files, "users", "ann") | {"sourcedId": "ann2", "givenName": "Annie", "agentSourcedIds": ""}
    files["users"].append(twin)
    files["enrollments"].append(enrollment("e-ann2", "ann2", "k2"))
    await load(files)
    ids = {row[0]: row[1] for row in await stored("SELECT source_id, id FROM student")}
    families = {row[0]: row[1] for row in await stored("SELECT source_id, family_id FROM student")}
    assert families["ann2"] != families["ann"]
    await _merge(office, "Students", encode_id("Student", ids["ann2"]), encode_id("Student", ids["ann"]))
    await _merge(office, "Families", encode_id("Family", families["ann2"]), encode_id("Family", families["ann"]))
    living = "SELECT s.source_id, s.family_id FROM student s WHERE s.deleted_at IS NULL ORDER BY 1"
    places = """SELECT s.source_id, o.source_id FROM enrollment e JOIN student s ON s.id = e.student_id
        JOIN offering o ON o.id = e.offering_id WHERE e.deleted_at IS NULL ORDER BY 1, 2"""
    before = await stored(living), await stored(places)
    assert ("ann", "k2") in before[1]
    report = await load(files)
    assert (await stored(living), await stored(places)) == before
    assert report.changes == 0
    # A source that comes to name the person by the merged sourcedId alone keeps the person too.
    files["users"] = [row for row in files["users"] if row["sourcedId"] != "ann"]
    files["enrollments"] = [row for row in files["enrollments"] if row["userSourcedId"] != "ann"]
    await load(files)
    assert await stored(living) == before[0]
