"""writeReport through the API: the file says what the queries say, and who may read it (R15.1)."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.reports.csv_text import csv_text
from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.support.api import EVENING, Api
from tests.support.factories import LONG_AGO, MONDAY, World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off

DAY = timedelta(days=1)
START = (
    "mutation($input: WriteReportInput!) { writeReport(input: $input) { ... on WriteReportSuccess {"
    " backgroundTaskId } } }"
)
TASK = """query($id: ID!, $part: Int!) { node(id: $id) { ... on BackgroundTask { state
    items { nodes { title } } reportFile(part: $part) { name part parts text } } } }"""
ALL = ("OFFERING", "STUDENT", "INSTRUCTOR", "LOCATION", "WEEK")
Row = dict[str, str]


async def started(api: Api, file: str, first: date, last: date, **filter_: Any) -> str:
    given = {"file": file, "filter": {"from": str(first), "to": str(last)} | filter_}
    answer = await api.ask(START, input=given)
    return str(answer["writeReport"]["backgroundTaskId"])


async def task(api: Api, id_: str, part: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = (await api.ask(TASK, id=id_, part=part))["node"]
    return found


async def family_of(world: World, student: UUID) -> UUID:
    found: UUID = next(row.family_id for row in await world.rows(models.Student) if row.id == student)
    return found


async def work(api: Api, database: Database) -> None:
    await work_off(WorkerContext(database, Announcer(), lambda: api.clock.now))


async def written(api: Api, database: Database, file: str, first: date, last: date, **filter_: Any) -> list[Row]:
    id_ = await started(api, file, first, last, **filter_)
    await work(api, database)
    found = await task(api, id_)
    assert found["state"] == "COMPLETED"
    texts = [found["reportFile"]["text"]]
    texts += [(await task(api, id_, part))["reportFile"]["text"] for part in range(2, found["reportFile"]["parts"] + 1)]
    text = "".join(texts)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:])))


@pytest.fixture
async def analyst(world: World, api: Api) -> Api:
    api.clock.now = EVENING
    return await api.as_staff(world, Permission.SEE_REPORTS, portal=Portal.STAFF)


@pytest.mark.emptied_database
async def test_R15_1_files_say_what_the_queries_say(world: World, analyst: Api, database: Database) -> None:
    swim, other = await world.weekly_class(name="=Swim()"), await world.weekly_class(name="Other", capacity=4)
    ann, ben = await world.student(first_name="Ann", last_name='O"Hara, A.'), await world.student(first_name="Ben")
    for lesson in (swim, other):
        await world.enroll(ann, lesson.offering_id)
        await world.staff(first_name="Tess", last_name="Ng", teaches=[lesson.offering_id])
    await world.enroll(ben, other.offering_id, starts_on=MONDAY + 7 * DAY)
    weeks = [MONDAY - 7 * number * DAY for number in range(7)]
    for day in weeks[1:]:
        await world.mark(ann, swim.timeslot_id, held_on=day, status=AttendanceStatus.ABSENT)
        await world.mark(ann, other.timeslot_id, held_on=day, status=AttendanceStatus.TARDY)
    await world.makeup_token(ann, expires_on=MONDAY)
    span = (weeks[-1], MONDAY + 14 * DAY)

    for by in ALL:
        rows = await written(analyst, database, f"ATTENDANCE_BY_{by}", *span)
        total = {"total": sum(int(row["total"]) for row in rows), "absent": sum(int(row["absent"]) for row in rows)}
        assert total == {"total": 12, "absent": 6}, by
        assert all(row["rate"] for row in rows)
    await world.change(models.Family, await family_of(world, ann), name="O'Hara of Elm Street")
    await world.change(models.Student, ann, birth_on=date(2018, 5, 4))
    by_class = await written(analyst, database, "ATTENDANCE_BY_OFFERING", *span)
    assert [(row["offering"], row["rate"]) for row in by_class] == [("'=Swim()", "0.0000"), ("Other", "1.0000")]
    place = (await world.rows(models.Location))[0].name
    assert {(row["location"], row["meets"]) for row in by_class} == {(place, "Mon 17:00")}
    by_instructor = await written(analyst, database, "ATTENDANCE_BY_INSTRUCTOR", *span)
    assert {(row["classes"], row["locations"]) for row in by_instructor} == {("'=Swim()", place), ("Other", place)}
    told = ("O'Hara of Elm Street", "2018-05-04")
    for file in ("ATTENDANCE_BY_STUDENT", "TOKENS_BY_STUDENT", "ABSENCES"):
        rows = await written(analyst, database, file, *span)
        assert {(row["family"], row["birthday"]) for row in rows} == {told}, file

    absences = await written(analyst, database, "ABSENCES", *span)
    assert {(row["start"], row["location"]) for row in absences} == {("17:00", place)}
    assert [(row["date"], row["student"], row["status"], row["token"]) for row in absences] == [
        (str(day), 'Ann O"Hara, A.', "ABSENT", "") for day in reversed(weeks[1:])
    ]
    missing = await written(analyst, database, "NOT_TAKEN", *span)
    assert [(row["date"], row["start"], row["class"], row["instructors"], row["students"]) for row in missing] == [
        (str(MONDAY), "17:00", name, "Tess Ng", "1") for name in ("'=Swim()", "Other")
    ]
    for by in ("PROGRAM", "LOCATION", "STUDENT"):
        (counted,) = await written(analyst, database, f"TOKENS_BY_{by}", *span)
        assert (counted["outstanding"], counted["expiring"], counted["issued"]) == ("1", "1", "0")
    places = await written(analyst, database, "CAPACITY", *span, offeringIds=[encode_id("Offering", other.offering_id)])
    assert [(row["class"], row["weekday"], row["taken"], row["free"]) for row in places] == [("Other", "1", "2", "2")]


@pytest.mark.emptied_database
async def test_R15_1_whoever_wrote_the_file_and_owners_read_it(
    world: World, api: Api, analyst: Api, database: Database
) -> None:
    id_ = await started(analyst, "ABSENCES", MONDAY - 60 * DAY, MONDAY)
    assert await task(analyst, id_) == {"state": "QUEUED", "items": {"nodes": []}, "reportFile": None}
    await work(api, database)
    found = await task(analyst, id_)
    first = MONDAY - 60 * DAY
    titles = [f"{first + days * DAY} to {min(first + (days + 27) * DAY, MONDAY)}" for days in (0, 28, 56)]
    assert found["items"]["nodes"] == [{"title": title} for title in titles]
    name = f"absences {first} {MONDAY}.csv"
    assert {name: found["reportFile"][name] for name in ("name", "part", "parts")} == {
        "name": name,
        "part": 1,
        "parts": 3,
    }
    assert (await task(analyst, id_, 3))["reportFile"]["text"] == ""
    assert [(await task(analyst, id_, part))["reportFile"] for part in (0, 4)] == [None, None]
    owner = await api.as_staff(world, Permission.OWNER, portal=Portal.OFFICE)
    assert (await task(owner, id_))["reportFile"] == found["reportFile"]
    for stranger in (Permission.SEE_REPORTS, Permission.MANAGE_PEOPLE):
        other = await api.as_staff(world, stranger, portal=Portal.STAFF)
        assert await task(other, id_) is None
    refused = await analyst.refused(
        START, input={"file": "ABSENCES", "filter": {"from": "2026-02-01", "to": "2026-01-01"}}
    )
    assert refused[0] == "BAD_USER_INPUT"


@pytest.mark.emptied_database
async def test_R16_5_an_erasure_removes_the_files_that_may_name_the_family(
    world: World, api: Api, analyst: Api, database: Database
) -> None:
    family = await world.family()
    ann = await world.student(first_name="Ann", family_id=family)
    lesson = await world.weekly_class()
    await world.mark(ann, lesson.timeslot_id, status=AttendanceStatus.ABSENT)
    id_ = await started(analyst, "ABSENCES", MONDAY, MONDAY)
    await work(api, database)
    assert "Ann" in (await task(analyst, id_))["reportFile"]["text"]
    owner = await api.as_staff(world, Permission.OWNER, portal=Portal.OFFICE)
    of = {"familyId": encode_id("Family", family)}
    preview = await owner.ask("query($familyId: ID!) { eraseFamilyPreview(familyId: $familyId) { seen } }", **of)
    erased = await owner.act("eraseFamily", **of, seen=preview["eraseFamilyPreview"]["seen"])
    assert erased["__typename"] == "EraseFamilySuccess"
    assert (await task(analyst, id_))["reportFile"] is None
    assert await world.count(models.ReportPart) == 0


@pytest.mark.emptied_database
async def test_R9_6_a_deleted_task_takes_its_file_with_it(
    world: World, api: Api, analyst: Api, database: Database
) -> None:
    id_ = await started(analyst, "CAPACITY", MONDAY, MONDAY)
    await work(api, database)
    assert await world.count(models.ReportPart) == 1
    await analyst.act("deleteBackgroundTask", backgroundTaskId=id_)
    assert await world.count(models.ReportPart) == 0


def test_R15_1_a_spreadsheet_executes_no_name() -> None:
    row = ["=1+1", "+1", "-1", "@x", "\tx", "a=b", 'say "hi", all', None, True, 0.5, MONDAY, LONG_AGO.time(), 7]
    expected = '\'=1+1,\'+1,\'-1,\'@x,\'\tx,a=b,"say ""hi"", all",,yes,0.5000,2026-11-16,12:00,7\r\n'
    assert csv_text([row]) == expected
