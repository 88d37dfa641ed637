"""R4.13: at the end of the day, who never checked in is absent where the setting says so; late too, and once."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from arq.cron import cron
from sqlalchemy import text

from attendance.rules.calendar.days import ended_days
from attendance.rules.vocabulary import AttendanceStatus, BlackoutScope, EnrollmentType, OfferingKind
from db import models
from db.engine import Database
from tests.support.factories import MONDAY, Lesson, World, new_world
from tests.support.processes import worker_process
from tests.support.token_sheet import END_OF_DAY_AT, TokenSheet, new_sheet
from workers.context import WorkerContext
from workers.jobs.end_days import end_days, end_days_of_locations
from workers.jobs.sweep_token_runs import sweep
from workers.main import make_worker
from workers.schedule import TIMETABLE

pytestmark = pytest.mark.emptied_database

SECOND = timedelta(seconds=1)
CHICAGO, APIA = ZoneInfo("America/Chicago"), ZoneInfo("Pacific/Apia")
MARKS = text(
    "SELECT student_id, status, is_defaulted, source, held_on FROM mark WHERE organization_id = :world"
    " ORDER BY held_on, student_id"
)
CHANGES = text("SELECT revision, kind, source FROM change WHERE organization_id = :world ORDER BY changed_at, revision")


@pytest.fixture
async def absentees(world: World) -> World:
    """An organization that marks absent whoever never checks in."""
    return await with_setting(world)


async def with_setting(world: World, *, is_on: bool = True) -> World:
    await world.change_settings(mark_absent_when_nobody_checks_in=is_on)
    return world


@pytest.fixture
async def sheet(absentees: World, database: Database) -> TokenSheet:
    """Monday's class, 17:00 to 17:45 in Chicago, of two students."""
    sheet = await new_sheet(absentees, database)
    for _ in range(2):
        await sheet.add_student(starts_on=MONDAY)
    return sheet


async def end(sheet: TokenSheet, at: datetime) -> int:
    return await end_days(WorkerContext(sheet.database, sheet.announcer, lambda: at))


async def marks(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.owner.execute(MARKS.bindparams(world=world.organization_id))]


async def changes(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.owner.execute(CHANGES.bindparams(world=world.organization_id))]


def absent(*students: UUID, on: date = MONDAY, status: str = "ABSENT") -> list[tuple[Any, ...]]:
    return [(student, status, True, "SYSTEM", on) for student in sorted(students)]


async def test_R4_13_at_23_59_local_an_unmarked_sheet_is_defaulted_absent(sheet: TokenSheet) -> None:
    assert await end(sheet, END_OF_DAY_AT - SECOND) == 0
    assert await marks(sheet.world) == []
    assert await end(sheet, END_OF_DAY_AT) == 1
    assert await marks(sheet.world) == absent(*sheet.enrollments)
    assert await changes(sheet.world) == [(1, "MARKS", "SYSTEM")]


async def test_R4_13_is_off_unless_the_setting_is_on_and_asks_it_at_the_time(sheet: TokenSheet) -> None:
    await with_setting(sheet.world, is_on=False)
    assert await end(sheet, END_OF_DAY_AT) == 0
    await with_setting(sheet.world)
    assert await end(sheet, END_OF_DAY_AT + timedelta(minutes=1)) == 0, "a day that had ended before stays as it was"
    assert await marks(sheet.world) == []
    next_monday = END_OF_DAY_AT + timedelta(weeks=1)
    assert await end(sheet, next_monday) == 1
    assert await marks(sheet.world) == absent(*sheet.enrollments, on=MONDAY + timedelta(weeks=1))


async def test_R4_13_R7_3_the_tokens_follow_as_deferred_by_the_system(sheet: TokenSheet) -> None:
    await end(sheet, END_OF_DAY_AT)
    assert (await sheet.runs(), await sheet.tokens()) == ({"END_OF_DAY": "ARMED"}, [])
    context = WorkerContext(sheet.database, sheet.announcer, lambda: END_OF_DAY_AT + 20 * SECOND)
    assert await sweep(context) == 1
    assert sorted(await sheet.live_tokens()) == sorted(sheet.enrollments)
    assert {token.source for token in await sheet.tokens()} == {"SYSTEM"}


async def test_R4_13_a_worker_that_was_down_does_it_late_and_each_day(sheet: TokenSheet) -> None:
    tuesday = await sheet.world.timeslot(sheet.lesson.offering_id, weekday=2)
    assert tuesday
    assert await end(sheet, END_OF_DAY_AT + timedelta(days=3)) == 2
    tuesdays = absent(*sheet.enrollments, on=MONDAY + timedelta(days=1))
    assert await marks(sheet.world) == absent(*sheet.enrollments) + tuesdays
    assert await end(sheet, END_OF_DAY_AT + timedelta(days=6)) == 0


async def test_R4_13_once_for_an_occurrence_also_when_staff_take_the_marks_back(sheet: TokenSheet) -> None:
    assert await end(sheet, END_OF_DAY_AT) == 1
    for student in sheet.enrollments:
        await sheet.set_mark(student, None)
    await sheet.world.owner.execute(text("UPDATE location SET settled_through_on = NULL"))
    assert await end(sheet, END_OF_DAY_AT + SECOND) == 0
    assert await marks(sheet.world) == []


@pytest.mark.parametrize("status", [AttendanceStatus.PRESENT, AttendanceStatus.ABSENT])
async def test_R4_13_one_mark_is_enough_to_leave_a_sheet_alone(sheet: TokenSheet, status: AttendanceStatus) -> None:
    ann, _ = sheet.enrollments
    await sheet.set_mark(ann, status)
    assert await end(sheet, END_OF_DAY_AT) == 0
    assert await marks(sheet.world) == [(ann, status.value, False, "OFFICE", MONDAY)]


async def test_R4_13_R4_5_an_excused_expected_absence_is_excused(sheet: TokenSheet) -> None:
    ann, ben = sheet.enrollments
    await sheet.world.expected_absence(ann, is_excused=True)
    await sheet.world.expected_absence(ben, is_excused=False)
    await end(sheet, END_OF_DAY_AT)
    assert sorted(await marks(sheet.world)) == sorted(absent(ann, status="EXCUSED_ABSENCE") + absent(ben))


async def test_R4_13_what_is_not_held_and_whom_no_enrollment_covers_is_left_alone(sheet: TokenSheet) -> None:
    world, student = sheet.world, next(iter(sheet.enrollments))
    closed = await world.program(blackouts=[(MONDAY, MONDAY, BlackoutScope.ATTENDANCE)])
    offerings = [
        await world.weekly_class(program_id=closed),
        await world.weekly_class(ends_on=MONDAY - timedelta(days=1)),
        cancelled := await world.weekly_class(),
        await world.weekly_class(weekday=2),
    ]
    for each in offerings:
        await world.enroll(student, each.offering_id, starts_on=MONDAY)
    await world.occurrence(cancelled.timeslot_id, cancelled_at=END_OF_DAY_AT)
    nobody = await world.weekly_class()
    await world.enroll(student, nobody.offering_id, starts_on=MONDAY, type=EnrollmentType.WAITLIST)
    assert await end(sheet, END_OF_DAY_AT) == 1
    assert await marks(world) == absent(*sheet.enrollments)
    rows = await world.count(models.Occurrence)
    assert rows == 2, "the cancelled one and the one that was marked"


async def test_R4_13_R7_1_a_camp_is_marked_and_earns_nothing(sheet: TokenSheet) -> None:
    offering = await sheet.world.offering(kind=OfferingKind.CAMP, name="Camp")
    camp = Lesson(offering, await sheet.world.timeslot(offering, weekday=None, starts_on=MONDAY, ends_on=MONDAY))
    student = await sheet.world.student()
    await sheet.world.enroll(student, camp.offering_id, starts_on=MONDAY)
    assert await end(sheet, END_OF_DAY_AT) == 2
    assert sorted(await marks(sheet.world)) == sorted(absent(*sheet.enrollments, student))
    runs = await sheet.world.owner.execute(text("SELECT DISTINCT timeslot_id FROM token_run"))
    assert [row.timeslot_id for row in runs] == [sheet.lesson.timeslot_id]


async def test_R4_13_each_location_by_its_own_clock_and_each_organization_by_its_own_setting(
    sheet: TokenSheet, database: Database
) -> None:
    apia = await sheet.world.location(name="Apia", time_zone="Pacific/Apia")
    far = await new_sheet(sheet.world, database, location_id=apia)
    student = await far.add_student(starts_on=MONDAY)
    off = await new_sheet(await new_world(sheet.world.owner, name="Off"), database)
    await off.add_student(starts_on=MONDAY)
    ends_in_apia = datetime(2026, 11, 16, 10, 59, tzinfo=UTC)
    assert await end(sheet, ends_in_apia - SECOND) == 0
    assert await end(sheet, ends_in_apia) == 1
    assert await marks(sheet.world) == absent(student)
    assert await end(sheet, END_OF_DAY_AT) == 1
    assert await marks(off.world) == []


async def test_R4_13_R7_3_a_class_past_midnight_is_marked_at_the_end_of_the_date_on_which_it_ends(
    absentees: World, database: Database
) -> None:
    night = await new_sheet(absentees, database, start_time=time(23, 30), duration_minutes=60)
    student = await night.add_student(starts_on=MONDAY)
    assert await end(night, END_OF_DAY_AT) == 0
    assert await end(night, END_OF_DAY_AT + timedelta(days=1) - SECOND) == 0
    assert await marks(absentees) == [], "nobody is absent from a class that still runs"
    assert await end(night, END_OF_DAY_AT + timedelta(days=1)) == 1
    assert await marks(absentees) == absent(student)
    assert await night.runs() == {"END_OF_DAY": "ARMED"}
    assert await end(night, END_OF_DAY_AT + timedelta(days=2)) == 0


@pytest.mark.own_database
async def test_R4_13_an_occurrence_that_fails_comes_again_and_holds_up_no_other(
    sheet: TokenSheet, database: Database
) -> None:
    other = await new_sheet(sheet.world, database)
    student = await other.add_student(starts_on=MONDAY)
    await sheet.world.owner.exec_driver_sql(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.timeslot_id = '{sheet.lesson.timeslot_id}' THEN RAISE 'poison'; END IF; RETURN NEW; END $$"
    )
    await sheet.world.owner.exec_driver_sql(
        "CREATE TRIGGER fail BEFORE INSERT ON mark FOR EACH ROW EXECUTE FUNCTION fail()"
    )
    assert await end(sheet, END_OF_DAY_AT) == 1
    assert await marks(sheet.world) == absent(student)
    await sheet.world.owner.exec_driver_sql("DROP TRIGGER fail ON mark")
    assert await end(sheet, END_OF_DAY_AT + timedelta(days=1)) == 1
    assert await marks(sheet.world) == absent(*sheet.enrollments, student)


@pytest.mark.parametrize(
    ("now", "zone", "last"),
    [
        (datetime(2026, 11, 17, 5, 59, tzinfo=UTC), CHICAGO, date(2026, 11, 16)),
        (datetime(2026, 11, 17, 5, 58, 59, tzinfo=UTC), CHICAGO, date(2026, 11, 15)),
        (datetime(2026, 11, 17, 6, 1, tzinfo=UTC), CHICAGO, date(2026, 11, 16)),
        # The day that is an hour short, and the one that is an hour long.
        (datetime(2026, 3, 9, 4, 59, tzinfo=UTC), CHICAGO, date(2026, 3, 8)),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), CHICAGO, date(2026, 10, 31)),
        (datetime(2026, 11, 2, 5, 59, tzinfo=UTC), CHICAGO, date(2026, 11, 1)),
        # Here the clocks went back from midnight to 23:00: 23:59 came twice, and counts once.
        (datetime(2017, 2, 19, 1, 58, tzinfo=UTC), ZoneInfo("America/Sao_Paulo"), date(2017, 2, 17)),
        (datetime(2018, 2, 18, 1, 59, tzinfo=UTC), ZoneInfo("America/Sao_Paulo"), date(2018, 2, 17)),
        (datetime(2018, 2, 18, 2, 30, tzinfo=UTC), ZoneInfo("America/Sao_Paulo"), date(2018, 2, 17)),
        # A date that was left out altogether.
        (datetime(2011, 12, 30, 9, 59, tzinfo=UTC), APIA, date(2011, 12, 29)),
    ],
)
def test_R4_13_which_day_was_the_last_to_end(now: datetime, zone: ZoneInfo, last: date) -> None:
    assert ended_days(last - timedelta(days=1), now, zone) == [last]
    assert ended_days(last, now, zone) == []
    assert ended_days(None, now, zone) == [last - timedelta(days=back) for back in range(6, -1, -1)]


async def test_R4_13_workers_at_once_mark_each_occurrence_once(sheet: TokenSheet, database: Database) -> None:
    sheets = [sheet, *[await new_sheet(sheet.world, database) for _ in range(9)]]
    for each in sheets[1:]:
        await each.add_student(starts_on=MONDAY)
    done = await asyncio.gather(*(end(sheet, END_OF_DAY_AT) for _ in range(3)))
    assert sum(done) == len(sheets)
    assert await changes(sheet.world) == [(1, "MARKS", "SYSTEM")] * len(sheets)
    assert sorted(await marks(sheet.world)) == sorted(absent(*(it for each in sheets for it in each.enrollments)))


async def test_R4_13_a_worker_that_stops_leaves_the_rest_to_the_next(sheet: TokenSheet) -> None:
    context = WorkerContext(sheet.database, sheet.announcer, lambda: END_OF_DAY_AT)
    context.stop.set()
    assert await end_days(context) == 0
    assert await end(sheet, END_OF_DAY_AT + timedelta(hours=9)) == 1
    assert await marks(sheet.world) == absent(*sheet.enrollments)


async def test_R4_13_a_worker_in_one_burst_marks_and_issues(
    sheet: TokenSheet, database_url: str, redis_url: str
) -> None:
    with worker_process(database_url, redis_url, burst=True, now=END_OF_DAY_AT) as worker:
        assert await asyncio.to_thread(worker.wait, 30) == 0
    assert await marks(sheet.world) == absent(*sheet.enrollments)
    assert sorted(await sheet.live_tokens()) == sorted(sheet.enrollments)


async def test_R4_13_arq_runs_the_timetables_line(sheet: TokenSheet, redis_url: str) -> None:
    each_second = (cron(end_days_of_locations, name="end_days", second=set(range(60))),)
    context = WorkerContext(sheet.database, sheet.announcer, lambda: END_OF_DAY_AT)
    worker = make_worker(context, redis_url, each_second)
    working = asyncio.create_task(worker.main())
    try:
        async with asyncio.timeout(10):
            while not await marks(sheet.world):
                await asyncio.sleep(0.1)
    finally:
        working.cancel()
        await asyncio.gather(working, worker.close(), return_exceptions=True)
    assert await marks(sheet.world) == absent(*sheet.enrollments)
    assert worker.jobs_failed == 0


def test_R4_13_the_timetable_ends_days_each_minute_before_the_sweep() -> None:
    lines = {line.name: line for line in TIMETABLE}
    assert lines["end_days"].unique
    assert (lines["end_days"].second, lines["sweep_token_runs"].second) == (10, 30)
