"""checkIns: what dashboards are told of a day, each change once and in order, with running tallies (R10.2 to R10.5)."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.marks.marks import WantedMark
from attendance.rules.vocabulary import AttendanceStatus, BlackoutScope, ChangeKind, Permission, Portal
from db import models
from db.engine import Database
from db.marks.changes import SYSTEM, lock_occurrence, record_change
from db.unit_of_work import unit_of_work
from gql.fields.global_ids import encode_id
from gql.live import following as waiting
from gql.protocol.errors import ApiError, Forbidden, NotAuthenticated
from tests.support.api import Api
from tests.support.each_statement import counting
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World
from tests.support.live_sheet import WITHOUT_TOKENS
from tests.support.streams import Followed, following, heard
from tests.support.viewers import DURING_CLASS, staff_viewer

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
VIEW = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
WATCH = """subscription($date: Date, $locations: [ID!], $programs: [ID!], $after: String) {
  checkIns(date: $date, locationIds: $locations, programIds: $programs, after: $after) {
    cursor kind changedAt source revision changedBy { __typename }
    occurrence { date state offering { name } tally { present total } }
    entries { student { firstName medicalAlert family { balance } } statusBefore wasDefaulted mark { status note } }
    tally { present tardy absent unmarked total }
} }"""


@dataclass
class Floor:
    """Two classes on Monday: Swim with Ann and Ben, Gym with Cas; Vera at the desk follows, others mark."""

    world: World
    database: Database
    api: Api
    vera: Api
    olga: UUID
    swim: Lesson
    gym: Lesson
    students: dict[str, UUID] = field(default_factory=dict)

    def follow(self, api: Api | None = None, **variables: Any) -> Any:
        return following(api or self.vera, WATCH, **variables)

    async def mark(self, lesson: Lesson, held_on: date = MONDAY, **statuses: AttendanceStatus | None) -> None:
        marks = {self.students[name]: WantedMark(status) for name, status in statuses.items()}
        viewer = staff_viewer(self.world, self.olga, settings=WITHOUT_TOKENS)
        async with unit_of_work(self.database, self.world.organization_id, self.api.services.announcer) as uow:
            submission = Submission(lesson.key(held_on), marks)
            await submit_attendance(uow, viewer, submission, now=self.api.clock.now)

    async def touch(self, kind: ChangeKind, *lessons: Lesson, cancelled: bool | None = None) -> None:
        """One transaction with a change of each."""
        async with unit_of_work(self.database, self.world.organization_id, self.api.services.announcer) as uow:
            for lesson in lessons:
                key = lesson.key()
                await lock_occurrence(uow, key)
                await record_change(uow, key, kind, SYSTEM, now=DURING_CLASS, students=[self.students["Ann"]])
                if cancelled is not None:
                    await uow.connection.execute(
                        update(models.Occurrence)
                        .where(models.Occurrence.timeslot_id == lesson.timeslot_id)
                        .values(cancelled_at=LONG_AGO if cancelled else None)
                    )


@pytest.fixture
async def floor(world: World, database: Database, api: Api) -> Floor:
    api.clock.now = DURING_CLASS
    swim, gym = await world.weekly_class(name="Swim"), await world.weekly_class(name="Gym")
    vera = await api.as_staff(world, *VIEW)
    floor = Floor(world, database, api, vera, await world.staff(Permission.OWNER), swim, gym)
    for name, lesson in (("Ann", swim), ("Ben", swim), ("Cas", gym)):
        floor.students[name] = await world.student(first_name=name, medical_alert="Nuts")
        await world.enroll(floor.students[name], lesson.offering_id)
    return floor


def tally(event: dict[str, Any]) -> tuple[int, ...]:
    """Return how many are present, tardy, absent and unmarked."""
    counts = event["tally"]
    assert counts["total"] == sum(counts[name] for name in ("present", "tardy", "absent", "unmarked"))
    return tuple(counts[name] for name in ("present", "tardy", "absent", "unmarked"))


def entries(event: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """Of each student the status before and after."""
    return [
        (each["student"]["firstName"], each["statusBefore"], each["mark"] and each["mark"]["status"])
        for each in event["entries"]
    ]


async def told(stream: Followed) -> tuple[str, str | None, tuple[int, ...]]:
    event = await stream.next()
    return event["kind"], event["occurrence"] and event["occurrence"]["offering"]["name"], tally(event)


async def test_R10_3_first_the_tally_then_each_change_with_the_running_one(floor: Floor) -> None:
    async with floor.follow() as stream:
        first = await stream.next()
        assert (first["kind"], first["occurrence"], first["entries"], tally(first)) == (
            "SNAPSHOT",
            None,
            [],
            (0, 0, 0, 3),
        )
        await floor.mark(floor.swim, Ben=ABSENT, Ann=PRESENT)
        await floor.mark(floor.gym, Cas=TARDY)
        await floor.mark(floor.swim, Ann=None, Ben=TARDY)
        events = [await stream.next() for _ in range(3)]
        assert [(each["kind"], each["occurrence"]["offering"]["name"], each["revision"]) for each in events] == [
            ("MARKS", "Swim", 1),
            ("MARKS", "Gym", 1),
            ("MARKS", "Swim", 2),
        ]
        assert [entries(each) for each in events] == [
            [("Ann", None, "PRESENT"), ("Ben", None, "ABSENT")],
            [("Cas", None, "TARDY")],
            [("Ann", "PRESENT", None), ("Ben", "ABSENT", "TARDY")],
        ]
        assert tally(events[2]) == (0, 2, 0, 1)
        assert events[0]["source"] == "OFFICE"
        assert events[0]["changedBy"] == {"__typename": "StaffMember"}
        await floor.mark(floor.swim, Ann=PRESENT)
        event = await stream.next()
        assert (tally(event), event["occurrence"]["tally"]) == ((1, 2, 0, 0), {"present": 1, "total": 2})
        await floor.touch(ChangeKind.TOKENS, floor.swim)
        assert await stream.is_silent()


async def test_R9_2_R10_3_cancelling_and_restoring_are_told_and_counted(floor: Floor) -> None:
    async with floor.follow() as stream:
        await stream.next()
        await floor.touch(ChangeKind.CANCELLED, floor.swim, cancelled=True)
        assert await told(stream) == ("CANCELLED", "Swim", (0, 0, 0, 1))
        async with floor.follow() as late:
            assert await told(late) == ("SNAPSHOT", None, (0, 0, 0, 1))
        await floor.touch(ChangeKind.RESTORED, floor.swim, cancelled=False)
        assert await told(stream) == ("RESTORED", "Swim", (0, 0, 0, 3))


async def test_R2_5_what_is_closed_is_not_counted(floor: Floor) -> None:
    closed = await floor.world.program(blackouts=[(MONDAY, MONDAY, BlackoutScope.BOTH)])
    billing = await floor.world.program(blackouts=[(MONDAY, MONDAY, BlackoutScope.BILLING)])
    for lesson, program in ((floor.swim, closed), (floor.gym, billing)):
        await floor.world.change(models.Offering, lesson.offering_id, program_id=program)
    async with floor.follow() as stream:
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 0, 1))
        await floor.touch(ChangeKind.ROSTER, floor.swim)
        assert await told(stream) == ("ROSTER", "Swim", (0, 0, 0, 1))


async def test_R10_3_location_program_and_date_choose(floor: Floor) -> None:
    world = floor.world
    there, program = await world.location(time_zone="Pacific/Auckland"), await world.program()
    far = await world.weekly_class(name="Far", location_id=there, program_id=program)
    await world.enroll(floor.students["Cas"], far.offering_id)
    here = [encode_id("Location", world.location_id)]
    async with AsyncExitStack() as stack:
        chosen: list[dict[str, Any]] = [
            {"locations": here},
            {"locations": [encode_id("Location", there)], "date": "2026-11-16"},
            {"programs": [encode_id("Program", program)], "date": "2026-11-16"},
            {"date": "2026-11-09"},
            {"programs": [encode_id("Program", program)], "locations": here, "date": "2026-11-16"},
        ]
        streams = [await stack.enter_async_context(floor.follow(**each)) for each in chosen]
        totals = [(await stream.next())["tally"]["total"] for stream in streams]
        assert totals == [3, 1, 1, 4, 0]
        await floor.mark(floor.swim, Ann=PRESENT)
        await floor.mark(far, Cas=PRESENT)
        await floor.mark(floor.gym, held_on=MONDAY - timedelta(days=7), Cas=PRESENT)
        names = [None if await stream.is_silent() else (await told(stream))[1] for stream in streams]
        assert names == ["Swim", "Far", "Far", "Gym", None]
        assert [await stream.is_silent() for stream in streams] == [True] * 5


async def test_R11_3_who_does_not_see_all_follows_what_is_their_own(floor: Floor) -> None:
    tom = await floor.world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[floor.gym.offering_id])
    teacher = await floor.api.signed_in(floor.world, tom, Portal.STAFF)
    async with floor.follow(teacher) as stream:
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 0, 1))
        await floor.mark(floor.swim, Ann=PRESENT)
        assert await stream.is_silent()
        await floor.mark(floor.gym, Cas=PRESENT)
        assert await told(stream) == ("MARKS", "Gym", (1, 0, 0, 0))
        cursor = stream.cursor
    await floor.mark(floor.swim, Ann=TARDY)
    async with floor.follow(teacher, after=cursor) as stream:
        assert await stream.is_silent()


async def test_R11_3_medical_texts_and_balances_are_for_those_who_may_see_them(floor: Floor) -> None:
    sees = await floor.api.as_staff(floor.world, *VIEW, Permission.SEE_MEDICAL, Permission.SEE_BALANCES)
    async with floor.follow(sees) as first, floor.follow() as second:
        for stream in (first, second):
            await stream.next()
        await floor.mark(floor.swim, Ann=PRESENT)
        shown = [(await stream.next())["entries"][0]["student"] for stream in (first, second)]
    assert [(each["medicalAlert"], each["family"]["balance"]) for each in shown] == [("Nuts", "0.00"), (None, None)]


@pytest.mark.parametrize("portal", [Portal.CUSTOMER, Portal.OFFICE])
async def test_R11_2_who_may_not_see_attendance_is_refused(floor: Floor, portal: Portal) -> None:
    world = floor.world
    person = (
        await world.guardian(await world.family())
        if portal is Portal.CUSTOMER
        else await world.staff(Permission.MANAGE_SETTINGS)
    )
    async with floor.follow(await floor.api.signed_in(world, person, portal)) as stream:
        with pytest.raises((Forbidden, NotAuthenticated)):
            await stream.answer()


async def test_R10_2_a_cursor_goes_on_within_a_transaction(floor: Floor) -> None:
    async with floor.follow() as stream:
        await stream.next()
        await floor.mark(floor.swim, Ann=PRESENT)
        await stream.next()
        start = stream.cursor
        await floor.touch(ChangeKind.ROSTER, floor.swim, floor.gym)
        await floor.mark(floor.gym, Cas=TARDY)
        events = [await stream.next() for _ in range(3)]
    expected = [(each["kind"], each["occurrence"]["offering"]["name"]) for each in events]
    assert expected == [("ROSTER", "Swim"), ("ROSTER", "Gym"), ("MARKS", "Gym")]
    for known, cursor in enumerate([start, *(each["cursor"] for each in events)]):
        async with floor.follow(after=cursor) as stream:
            found = [await stream.next() for _ in range(3 - known)]
            assert [(each["kind"], each["occurrence"]["offering"]["name"]) for each in found] == expected[known:]
            assert [each["cursor"] for each in found] == [each["cursor"] for each in events[known:]]
            assert await stream.is_silent()


async def test_R10_2_what_cannot_be_told_one_by_one_is_a_snapshot(floor: Floor, monkeypatch: Any) -> None:
    async with floor.follow() as stream:
        await stream.next()
        cursor = stream.cursor
    for status in (PRESENT, TARDY, ABSENT):
        await floor.mark(floor.swim, Ann=status)
    monkeypatch.setattr("gql.marks.check_ins.REPLAY_POSITIONS", 2)
    async with floor.follow(after=cursor) as stream:
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 1, 2))
    monkeypatch.undo()
    await floor.world.owner.execute(text("DELETE FROM feed WHERE position < 2"))
    async with floor.follow(after=cursor) as stream:
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 1, 2))


async def fall_behind(floor: Floor, changes: int = 70) -> list[str]:
    """Make more changes than a queue holds, and return the statuses that Ann had after each."""
    statuses = [TARDY if number % 2 else ABSENT for number in range(changes)]
    for status in statuses:
        await floor.mark(floor.swim, Ann=status)
        await heard(floor.api.services.feed)
    return [status.value for status in statuses]


async def test_R10_2_who_falls_behind_gets_what_was_missed_one_by_one(floor: Floor) -> None:
    async with floor.follow() as stream:
        await stream.next()
        statuses = await fall_behind(floor)
        events = [await stream.next() for _ in statuses]
        assert [each["revision"] for each in events] == list(range(1, 71))
        assert [entries(each)[0][2] for each in events] == statuses
        assert tally(events[-1]) == (0, 1, 0, 2)
        assert await stream.is_silent()
        await floor.mark(floor.swim, Ann=PRESENT)
        assert await told(stream) == ("MARKS", "Swim", (1, 0, 0, 2))


@pytest.mark.parametrize("limit", ["REPLAY_POSITIONS", "_LARGEST_REPLAY"])
async def test_R10_5_who_falls_far_behind_gets_the_tally(floor: Floor, limit: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(f"gql.marks.check_ins.{limit}", 69)
    async with floor.follow() as stream:
        await stream.next()
        await fall_behind(floor)
        assert await told(stream) == ("SNAPSHOT", None, (0, 1, 0, 2))
        await floor.mark(floor.swim, Ann=PRESENT)
        assert await told(stream) == ("MARKS", "Swim", (1, 0, 0, 2))


async def test_R10_4_who_falls_behind_and_sees_something_else_now_gets_the_tally(floor: Floor) -> None:
    person = await floor.world.staff(*VIEW)
    staff = await floor.api.as_staff(floor.world, person_id=person)
    async with floor.follow(staff) as stream:
        await stream.next()
        await floor.world.change(models.Person, person, permissions=["OFFICE_ATTENDANCE_VIEW"])
        await fall_behind(floor)
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 0, 0))


@pytest.mark.parametrize("subscribers", [1, 6])
async def test_R10_2_what_was_missed_is_read_and_executed_once_for_all_dashboards(
    floor: Floor, subscribers: int, executed: list[object]
) -> None:
    """Those who fell behind in their streams, and those who come with about the same cursor."""
    floor.api.services.replays.memo.seconds = 60
    statements: list[str] = []
    async with AsyncExitStack() as stack:
        desks = [await floor.api.as_staff(floor.world, *VIEW) for _ in range(subscribers)]
        streams = [await stack.enter_async_context(floor.follow(desk)) for desk in desks]
        for stream in streams:
            await stream.next()
        cursor = streams[0].cursor
        await fall_behind(floor)
        streams += [await stack.enter_async_context(floor.follow(desk, after=cursor)) for desk in desks]
        executed.clear()
        with counting(floor.database, statements):
            for _ in range(70):
                events = await asyncio.gather(*(stream.next() for stream in streams))
        assert [each["revision"] for each in events] == [70] * 2 * subscribers
    assert len(executed) == 70
    of_feed = [each for each in statements if "FROM feed f" in each and "feed_item" in each]
    assert len(of_feed) == 1


async def test_R10_3_a_new_local_day_begins_with_its_tally(floor: Floor, monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting, "_CHECK_SECONDS", 0.05)
    monkeypatch.setattr(waiting, "_SPREAD_SECONDS", 0.0)
    lesson = await floor.world.weekly_class(name="Tuesday", weekday=2)
    await floor.world.enroll(floor.students["Ann"], lesson.offering_id)
    async with floor.follow() as rolling, floor.follow(date="2026-11-16") as fixed:
        assert [(await told(each))[2] for each in (rolling, fixed)] == [(0, 0, 0, 3)] * 2
        monday = rolling.cursor
        assert await rolling.is_silent()
        assert await fixed.is_silent()
        floor.api.clock.now = datetime(2026, 11, 17, 6, 0, 1, tzinfo=UTC)
        assert await told(rolling) == ("SNAPSHOT", None, (0, 0, 0, 1))
        await floor.mark(floor.swim, Ann=PRESENT)
        assert await told(fixed) == ("MARKS", "Swim", (1, 0, 0, 2))
        assert await rolling.is_silent()
    again = await floor.api.as_staff(floor.world, *VIEW)
    async with floor.follow(again, after=monday) as stream:
        assert await told(stream) == ("SNAPSHOT", None, (0, 0, 0, 1))


async def test_R10_4_rights_are_looked_at_also_in_silence(floor: Floor, monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting, "_CHECK_SECONDS", 0.05)
    floor.api.services.access.memo.seconds = 0.01
    person = await floor.world.staff(*VIEW)
    staff = await floor.api.as_staff(floor.world, person_id=person)
    async with floor.follow(staff) as stream:
        await stream.next()
        assert await stream.is_silent()
        await floor.world.staff(first_name="Somebody else")
        assert await stream.is_silent()
        for permissions, expected in ((["OFFICE_ATTENDANCE_VIEW"], (0, 0, 0, 0)), ([], None)):
            await floor.world.change(models.Person, person, permissions=permissions)
            if expected is None:
                with pytest.raises(Forbidden):
                    await stream.answer()
            else:
                assert await told(stream) == ("SNAPSHOT", None, expected)


@pytest.mark.parametrize("subscribers", [1, 6])
async def test_R10_3_a_change_is_read_and_executed_once_for_all_dashboards(
    floor: Floor, subscribers: int, executed: list[object]
) -> None:
    """Each with a credential of its own."""
    statements: list[str] = []
    async with AsyncExitStack() as stack:
        desks = [await floor.api.as_staff(floor.world, *VIEW) for _ in range(subscribers)]
        streams = [await stack.enter_async_context(floor.follow(desk)) for desk in desks]
        for stream in streams:
            await stream.next()
        await floor.mark(floor.swim, Ann=PRESENT)
        executed.clear()
        with counting(floor.database, statements):
            assert [await told(stream) for stream in streams] == [("MARKS", "Swim", (1, 0, 0, 2))] * subscribers
    # Comparing (once for each that asks here); the tenant, the feed, access and the head (4); the tenant, the tallies
    # and the students (3).
    assert len(statements) == subscribers + 7, statements
    assert len(executed) == 1


async def test_R10_3_dashboards_that_add_up_to_something_else_do_not_share(floor: Floor) -> None:
    sees = await floor.api.as_staff(floor.world, *VIEW, Permission.SEE_MEDICAL)
    program = await floor.world.program()
    await floor.world.change(models.Offering, floor.swim.offering_id, program_id=program)
    chosen: dict[str, Any] = {"programs": [encode_id("Program", program)]}
    async with floor.follow() as whole, floor.follow(**chosen) as part, floor.follow(sees, **chosen) as other:
        for stream in (whole, part, other):
            await stream.next()
        await floor.mark(floor.swim, Ann=PRESENT)
        events = [await stream.next() for stream in (whole, part, other)]
    assert [tally(event) for event in events] == [(1, 0, 0, 2), (1, 0, 0, 1), (1, 0, 0, 1)]
    assert [event["entries"][0]["student"]["medicalAlert"] for event in events] == [None, None, "Nuts"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"date": "3000-01-01"}, '"date"'),
        ({"locations": ["x"]}, '"locationIds.0"'),
        ({"programs": [encode_id("Program", UUID(int=1))] * 101}, '"programIds"'),
        ({"after": "x"}, '"after"'),
    ],
)
async def test_bad_arguments_are_told(floor: Floor, given: dict[str, Any], named: str) -> None:
    async with floor.follow(**given) as stream:
        with pytest.raises(ApiError, match=named):
            await stream.answer()
