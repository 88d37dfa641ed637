"""R7.3, from a mark through each door to the token in the database: the clock moves, the worker's jobs run, and each
test says at which instant the token is there.

The class of the tables is on Monday, 17:00 to 17:45 in Chicago. Read the first table beside R7.3.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.vocabulary import Source
from db.engine import Database
from tests.api.marks.check_in_desk import KIOSK, OFFICE, STAFF, CheckInDesk, new_check_in_desk
from tests.support.api import Api
from tests.support.factories import MONDAY, World

pytestmark = pytest.mark.emptied_database

CHICAGO = ZoneInfo("America/Chicago")
SECOND = timedelta(seconds=1)


def monday(clock: str, *, days: int = 0) -> datetime:
    return datetime.combine(MONDAY + timedelta(days=days), time.fromisoformat(clock), CHICAGO).astimezone(UTC)


ON, OFF = True, False
# When the mark is made.
DURING, BETWEEN, DAY_OVER = monday("17:10"), monday("18:30"), monday("23:59:20")
NEXT_DAY, NEXT_WEEK = monday("00:00", days=1), monday("17:10", days=7)
# When the token is there.
AT_ONCE, AFTER_CLASS, END_OF_DAY, NEXT_SWEEP = "at once", "30 min after the class", "end of the day", "next sweep"

Row = tuple[Source, bool, bool, datetime, str]

R7_3: list[Row] = [
    # through, officeCheckInMode, staffCheckInMode, made at, the token is there
    #
    # kiosk | always | 30 min after the class ends, and again at the end of the day
    (KIOSK, OFF, OFF, DURING, AFTER_CLASS),
    (KIOSK, OFF, ON, DURING, AFTER_CLASS),
    (KIOSK, ON, OFF, DURING, AFTER_CLASS),
    (KIOSK, ON, ON, DURING, AFTER_CLASS),
    # Staff Portal | staffCheckInMode on | the same
    (STAFF, OFF, ON, DURING, AFTER_CLASS),
    (STAFF, ON, ON, DURING, AFTER_CLASS),
    # Staff Portal | staffCheckInMode off | at once
    (STAFF, OFF, OFF, DURING, AT_ONCE),
    (STAFF, ON, OFF, DURING, AT_ONCE),
    # Office Portal | officeCheckInMode on, today's occurrence | the same as the kiosk
    (OFFICE, ON, OFF, DURING, AFTER_CLASS),
    (OFFICE, ON, ON, DURING, AFTER_CLASS),
    # Office Portal | officeCheckInMode on, occurrence on a past date | at once
    (OFFICE, ON, OFF, NEXT_DAY, AT_ONCE),
    (OFFICE, ON, ON, NEXT_WEEK, AT_ONCE),
    # Office Portal | officeCheckInMode off | at once
    (OFFICE, OFF, OFF, DURING, AT_ONCE),
    (OFFICE, OFF, ON, DURING, AT_ONCE),
    (OFFICE, OFF, OFF, NEXT_WEEK, AT_ONCE),
    # The past-date row holds for the Staff Portal too.
    (STAFF, OFF, ON, NEXT_DAY, AT_ONCE),
    (STAFF, ON, ON, NEXT_WEEK, AT_ONCE),
    (STAFF, OFF, OFF, NEXT_WEEK, AT_ONCE),
    # A deferred mark made after the 30-minute run is due is left to the end-of-day run.
    (KIOSK, OFF, OFF, monday("18:15"), END_OF_DAY),
    (KIOSK, OFF, OFF, monday("18:15") - SECOND, AFTER_CLASS),
    (KIOSK, OFF, OFF, BETWEEN, END_OF_DAY),
    (STAFF, OFF, ON, BETWEEN, END_OF_DAY),
    (OFFICE, ON, OFF, BETWEEN, END_OF_DAY),
    (STAFF, OFF, OFF, BETWEEN, AT_ONCE),
    (OFFICE, OFF, OFF, BETWEEN, AT_ONCE),
    # In the last minute of the day the occurrence is past, and both runs are over: late, never not (R7.10).
    (KIOSK, OFF, OFF, DAY_OVER, NEXT_SWEEP),
    (STAFF, OFF, ON, DAY_OVER, AT_ONCE),
    (OFFICE, ON, OFF, DAY_OVER, AT_ONCE),
    (OFFICE, OFF, OFF, DAY_OVER, AT_ONCE),
]
INSTANTS = [
    (monday("18:15") - SECOND, "before its time"),
    (monday("18:15"), AFTER_CLASS),
    (monday("23:59") - SECOND, "before its time"),
    (monday("23:59"), END_OF_DAY),
]


def named(rows: Iterable[Row]) -> list[Any]:
    return [
        pytest.param(*row, id=f"{row[0]}-{'on' if row[1] else 'off'}-{'on' if row[2] else 'off'}-{row[3]:%d-%H:%M:%S}")
        for row in rows
    ]


async def when_the_token_is_there(desk: CheckInDesk, name: str, made_at: datetime) -> str:
    """The first of the instants, with the worker's jobs run at each that is still ahead."""
    if name in (await desk.tokens()).split():
        return AT_ONCE
    ahead = [(at, label) for at, label in INSTANTS if at > made_at]
    for at, label in ahead or [(made_at + 30 * SECOND, NEXT_SWEEP)]:
        await desk.work(at)
        if name in (await desk.tokens()).split():
            return label
    return "never"


@pytest.fixture
async def desk(world: World, database: Database, api: Api) -> CheckInDesk:
    api.clock.now = DURING
    return await new_check_in_desk(world, database, api)


@pytest.mark.parametrize(("source", "office", "staff", "made_at", "expected"), named(R7_3))
async def test_R7_3_table(
    desk: CheckInDesk, source: Source, office: bool, staff: bool, made_at: datetime, expected: str
) -> None:
    """The kiosk marks nobody absent: its absence is Ben's by default, when Ann checks in. A portal marks Ben itself."""
    await desk.world.change_settings(office_check_in_mode=office, staff_check_in_mode=staff)
    await desk.long_after(made_at)
    if source is KIOSK:
        await desk.record(source, "Ann", "PRESENT")
    else:
        await desk.record(source, "Ben", "ABSENT")
    assert await when_the_token_is_there(desk, "Ben", made_at) == expected


DEFAULTING = [row for row in R7_3 if (row[0] is OFFICE and row[1]) or (row[0] is STAFF and row[2])]


@pytest.mark.parametrize(("source", "office", "staff", "made_at", "expected"), named(DEFAULTING))
async def test_R7_3_defaulted_absences_follow_the_mark_that_caused_them(
    desk: CheckInDesk, source: Source, office: bool, staff: bool, made_at: datetime, expected: str
) -> None:
    await desk.world.change_settings(office_check_in_mode=office, staff_check_in_mode=staff)
    await desk.long_after(made_at)
    await desk.record(source, "Ann", "PRESENT")
    assert (await desk.marks())["Ben"] == ("ABSENT", True, "SYSTEM")
    assert await when_the_token_is_there(desk, "Ben", made_at) == expected


@pytest.mark.parametrize(("trigger", "earning"), [("ALL_ABSENCES", "Ann Ben"), ("EXCUSED_ONLY", "Ben")])
@pytest.mark.parametrize(("source", "is_on"), list(product((OFFICE, STAFF), (ON, OFF))))
async def test_R7_2_R7_3_the_trigger_holds_at_once_and_deferred(
    desk: CheckInDesk, source: Source, is_on: bool, trigger: str, earning: str
) -> None:
    await desk.world.change_settings(office_check_in_mode=is_on, staff_check_in_mode=is_on, token_trigger=trigger)
    await desk.record(source, "Ann", "ABSENT")
    await desk.record(source, "Ben", "EXCUSED_ABSENCE")
    assert await desk.tokens() == ("" if is_on else earning)
    await desk.work(monday("18:15"))
    assert await desk.tokens() == earning


WORKER = "worker"
Step = tuple[str, Source | str, str, str]

MIXED: list[Step] = [
    # at, through, what, who has a token then; officeCheckInMode is on, staffCheckInMode off
    ("17:01", KIOSK, "Ann PRESENT", ""),  # Ben, Cas and Dee are absent by default
    ("17:05", STAFF, "Ben ABSENT", "Ben"),  # said by a person, in a portal that is at once
    ("17:10", OFFICE, "Cas ABSENT", "Ben"),
    ("17:20", STAFF, "Ben TARDY", ""),  # revoked at once
    ("17:30", KIOSK, "Ben PRESENT", ""),  # was there already
    ("18:14:59", WORKER, "", ""),
    ("18:15", WORKER, "", "Cas Dee"),
    ("18:30", OFFICE, "Dee PRESENT", "Cas"),
    ("18:40", OFFICE, "Ann ABSENT", "Cas"),  # deferred, and the first run is over
    ("18:45", STAFF, "Ben ABSENT", "Ben Cas"),  # reinstated at once
    ("23:58:59", WORKER, "", "Ben Cas"),
    ("23:59", WORKER, "", "Ann Ben Cas"),  # captured by the second run
    ("23:59:10", OFFICE, "Dee ABSENT", "Ann Ben Cas Dee"),  # past from 23:59 on
    ("23:59:40", WORKER, "", "Ann Ben Cas Dee"),
    ("24:00", OFFICE, "Cas PRESENT", "Ann Ben Dee"),
    ("24:00:01", OFFICE, "Cas ABSENT", "Ann Ben Cas Dee"),  # a past date now
    ("33:00", WORKER, "", "Ann Ben Cas Dee"),
]
PAST_MIDNIGHT: list[Step] = [
    # A class from 23:00 to 01:00; both modes are on. It is past from 23:59 of the date on which it ends.
    ("23:05", KIOSK, "Ann PRESENT", ""),
    ("23:59", WORKER, "", ""),
    ("23:59:30", OFFICE, "Ann ABSENT", ""),
    ("24:05", STAFF, "Ben ABSENT", ""),  # the class still runs, so it is not past
    ("24:10", OFFICE, "Ben TARDY", ""),
    ("24:20", KIOSK, "Cas PRESENT", ""),  # the kiosk still reaches it
    ("24:30", STAFF, "Cas ABSENT", ""),
    ("25:29:59", WORKER, "", ""),
    ("25:30", WORKER, "", "Ann Cas Dee"),
    ("26:00", STAFF, "Dee PRESENT", "Ann Cas"),
    ("26:05", STAFF, "Ben ABSENT", "Ann Cas"),  # left to the end of the day
    ("47:58:59", WORKER, "", "Ann Cas"),
    ("47:59", WORKER, "", "Ann Ben Cas"),
    ("47:59:01", OFFICE, "Dee ABSENT", "Ann Ben Cas Dee"),  # past
    ("57:00", WORKER, "", "Ann Ben Cas Dee"),
]
NOBODY: list[Step] = [
    # markAbsentWhenNobodyChecksIn (R4.13): deferred by the system, when both runs are over.
    ("18:15", WORKER, "", ""),
    ("23:58:59", WORKER, "", ""),
    ("23:59", WORKER, "", "Ann Ben Cas Dee"),
    ("24:30", OFFICE, "Ben PRESENT", "Ann Cas Dee"),
]


@pytest.mark.parametrize(
    ("steps", "settings", "lesson"),
    [
        pytest.param(MIXED, {"office_check_in_mode": True}, {}, id="mixed sources"),
        pytest.param(
            PAST_MIDNIGHT,
            {"office_check_in_mode": True, "staff_check_in_mode": True},
            {"start_time": time(23), "duration_minutes": 120},
            id="past midnight",
        ),
        pytest.param(
            NOBODY, {"office_check_in_mode": True, "mark_absent_when_nobody_checks_in": True}, {}, id="nobody checks in"
        ),
    ],
)
async def test_R7_3_R7_4_a_day_step_by_step(
    world: World, database: Database, api: Api, steps: list[Step], settings: dict[str, bool], lesson: dict[str, Any]
) -> None:
    """Hours from 24 on are those of the next day."""
    api.clock.now = monday("12:00")
    desk = await new_check_in_desk(world, database, api, names=("Ann", "Ben", "Cas", "Dee"), **lesson)
    await desk.world.change_settings(**settings)
    for clock, source, act, having in steps:
        hour, _, rest = clock.partition(":")
        now = monday(f"{int(hour) % 24:02}:{rest}", days=int(hour) // 24)
        if source == WORKER:
            await desk.work(now)
        else:
            await desk.long_after(now)
            await desk.record(Source(source), *act.split())
        assert await desk.tokens() == having, f"at {clock}, after {source} {act}"
    assert {state for _, state in (await desk.runs()).values()} == {"DONE"}


Clock = tuple[str, date, str, int, str, str]

CLOCKS: list[Clock] = [
    # zone, date, start and minutes | 30 min after its end, and 23:59 of the date on which it ends, in UTC
    #
    # an ordinary day
    ("America/Chicago", date(2026, 11, 16), "17:00", 45, "2026-11-17 00:15", "2026-11-17 05:59"),
    # clocks go forward at 02:00: across it, in the hour that is left out, after it
    ("America/Chicago", date(2026, 3, 8), "01:30", 60, "2026-03-08 09:00", "2026-03-09 04:59"),
    ("America/Chicago", date(2026, 3, 8), "02:30", 60, "2026-03-08 10:00", "2026-03-09 04:59"),
    ("America/Chicago", date(2026, 3, 8), "17:00", 45, "2026-03-08 23:15", "2026-03-09 04:59"),
    # clocks go back at 02:00: across it, in the hour that comes twice (the first counts), after it
    ("America/Chicago", date(2026, 11, 1), "00:30", 120, "2026-11-01 08:00", "2026-11-02 05:59"),
    ("America/Chicago", date(2026, 11, 1), "01:30", 60, "2026-11-01 08:00", "2026-11-02 05:59"),
    ("America/Chicago", date(2026, 11, 1), "17:00", 45, "2026-11-02 00:15", "2026-11-02 05:59"),
    # past midnight into such a day, and until midnight: the end of the day on which it ends
    ("America/Chicago", date(2026, 3, 7), "23:30", 180, "2026-03-08 09:00", "2026-03-09 04:59"),
    ("America/Chicago", date(2026, 10, 31), "23:30", 180, "2026-11-01 08:00", "2026-11-02 05:59"),
    ("America/Chicago", date(2026, 11, 16), "23:15", 45, "2026-11-17 06:30", "2026-11-18 05:59"),
    # until a quarter to midnight: the end of the day comes first
    ("America/Chicago", date(2026, 11, 16), "23:00", 45, "2026-11-17 06:15", "2026-11-17 05:59"),
    # far from UTC, in both directions, by half hours and quarters, and by half an hour of summer time
    ("Pacific/Auckland", date(2026, 4, 5), "01:30", 120, "2026-04-04 15:00", "2026-04-05 11:59"),
    ("Pacific/Kiritimati", date(2026, 11, 16), "00:00", 60, "2026-11-15 11:30", "2026-11-16 09:59"),
    ("Pacific/Pago_Pago", date(2026, 11, 16), "22:30", 60, "2026-11-17 11:00", "2026-11-17 10:59"),
    ("Asia/Kathmandu", date(2026, 11, 16), "17:00", 45, "2026-11-16 12:30", "2026-11-16 18:14"),
    ("Australia/Lord_Howe", date(2026, 4, 5), "01:15", 60, "2026-04-04 15:45", "2026-04-05 13:29"),
    ("Europe/London", date(2026, 3, 29), "00:30", 60, "2026-03-29 02:00", "2026-03-29 22:59"),
    # 23:59 itself, where clocks go back from midnight: the first
    ("America/Sao_Paulo", date(2018, 2, 17), "17:00", 45, "2018-02-17 20:15", "2018-02-18 01:59"),
]


@pytest.mark.parametrize(
    ("zone", "held_on", "starts", "minutes", "after_class", "end_of_day"),
    [pytest.param(*row, id=f"{row[0]}-{row[1]}-{row[2]}") for row in CLOCKS],
)
async def test_R7_3_R2_7_in_each_zone_and_on_days_of_clock_changes(
    world: World,
    database: Database,
    api: Api,
    zone: str,
    held_on: date,
    starts: str,
    minutes: int,
    after_class: str,
    end_of_day: str,
) -> None:
    """Ann checks in at the kiosk, so that Ben is absent; both runs come at their instants, and not a second before."""
    due = {
        phase: datetime.fromisoformat(at).replace(tzinfo=UTC)
        for phase, at in (("AFTER_CLASS", after_class), ("END_OF_DAY", end_of_day))
    }
    ends_at = due["AFTER_CLASS"] - timedelta(minutes=30)
    api.clock.now = ends_at - timedelta(minutes=minutes)
    desk = await new_check_in_desk(
        world,
        database,
        api,
        held_on=held_on,
        time_zone=zone,
        start_time=time.fromisoformat(starts),
        duration_minutes=minutes,
    )
    await desk.world.change_settings(kiosk_marks_tardy=True)
    await desk.at_kiosk("Ann")
    assert (await desk.marks())["Ann"] == ("PRESENT", False, "KIOSK"), "the start itself is on time"
    assert await desk.runs() == {phase: (at, "ARMED") for phase, at in due.items()}
    first, second = sorted(due.items(), key=lambda run: run[1])
    await desk.work(first[1] - SECOND)
    assert await desk.tokens() == ""
    await desk.work(first[1])
    assert await desk.tokens() == "Ben Cas"
    await desk.work(second[1] - SECOND)
    assert await desk.runs() == {first[0]: (first[1], "DONE"), second[0]: (second[1], "ARMED")}
    await desk.work(second[1])
    assert {state for _, state in (await desk.runs()).values()} == {"DONE"}
    assert await desk.tokens() == "Ben Cas"


async def test_R7_3_locations_in_different_zones_each_by_their_own_clock(
    world: World, database: Database, api: Api
) -> None:
    """Monday at 17:00, in four places of one organization: each of the eight runs at its own instant."""
    zones = ("Pacific/Auckland", "Asia/Kolkata", "Europe/London", "America/Chicago")
    timeline: dict[datetime, tuple[str, str]] = {}
    desks: dict[str, CheckInDesk] = {}
    for name in zones:
        starts_at = datetime.combine(MONDAY, time(17), ZoneInfo(name)).astimezone(UTC)
        api.clock.now = starts_at
        desks[name] = await new_check_in_desk(world, database, api, time_zone=name)
        await desks[name].at_kiosk("Ann")
        timeline[starts_at + timedelta(minutes=75)] = (name, "AFTER_CLASS")
        end_of_day = datetime.combine(MONDAY, time(23, 59), ZoneInfo(name)).astimezone(UTC)
        timeline[end_of_day] = (name, "END_OF_DAY")
    assert len(timeline) == 8
    is_done: set[tuple[str, str]] = set()
    for at in sorted(timeline):
        for now in (at - SECOND, at):
            if now == at:
                is_done.add(timeline[at])
            await desks[zones[0]].work(now)
            done = {
                (name, phase)
                for name, desk in desks.items()
                for phase, (_, state) in (await desk.runs()).items()
                if state == "DONE"
            }
            assert done == is_done, now
    for desk in desks.values():
        assert await desk.tokens() == "Ben Cas"


async def test_R7_10_a_worker_that_was_down_issues_what_was_due_late_and_once(desk: CheckInDesk) -> None:
    await desk.record(KIOSK, "Ann", "PRESENT")
    await desk.work(monday("09:00", days=4))
    assert await desk.tokens() == "Ben Cas"
    assert {state for _, state in (await desk.runs()).values()} == {"DONE"}
    await desk.work(monday("09:00", days=5))
    assert await desk.tokens() == "Ben Cas"
