"""studentChanged: what a family and staff are told of a student, each once and in order (R10.2 to R10.5)."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, text, update

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Permission, Portal
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
WATCH = """subscription($id: ID!, $after: String) { studentChanged(studentId: $id, after: $after) {
  cursor changedAt kinds student { firstName }
  today { occurrence { date state offering { name } } mark { status } }
  marks { occurrence { date } mark { status note isDefaulted markedBy { __typename } } }
  tokens { id state comment issuedBy { __typename } }
} }"""


@dataclass
class Home:
    """Ann, Gail's daughter, and Zoe of another family, in Monday's class; Olga marks them as another process would."""

    world: World
    database: Database
    api: Api
    lesson: Lesson
    ann: UUID
    zoe: UUID
    gail: Api
    olga: UUID

    @property
    def key(self) -> OccurrenceKey:
        return self.lesson.key()

    def follow(self, api: Api | None = None, after: str | None = None, student: UUID | None = None) -> Any:
        given = {"id": encode_id("Student", student or self.ann)} | ({"after": after} if after else {})
        return following(api or self.gail, WATCH, **given)

    async def mark(
        self, status: AttendanceStatus | None, *students: UUID, note: str | None = None, held_on: date = MONDAY
    ) -> None:
        marks = {student: WantedMark(status, note) for student in students or (self.ann,)}
        viewer = staff_viewer(self.world, self.olga, settings=WITHOUT_TOKENS)
        async with unit_of_work(self.database, self.world.organization_id, self.api.services.announcer) as uow:
            given = Submission(self.lesson.key(held_on), marks)
            await submit_attendance(uow, viewer, given, now=self.api.clock.now)

    async def touch(self, kind: ChangeKind, *students: UUID, cancelled: bool = False) -> None:
        """A change of the roll sheet that leaves the marks alone."""
        async with unit_of_work(self.database, self.world.organization_id, self.api.services.announcer) as uow:
            await lock_occurrence(uow, self.key)
            await record_change(uow, self.key, kind, SYSTEM, now=DURING_CLASS, students=students)
            await uow.connection.execute(
                update(models.Occurrence)
                .where(models.Occurrence.timeslot_id == self.lesson.timeslot_id, models.Occurrence.held_on == MONDAY)
                .values(cancelled_at=LONG_AGO if cancelled else None)
            )

    async def edit(self, token_id: UUID, **values: Any) -> None:
        await self.world.change(models.MakeupToken, token_id, **values)


@pytest.fixture
async def home(world: World, database: Database, api: Api) -> Home:
    api.clock.now = DURING_CLASS
    family = await world.family()
    ann, zoe = await world.student(first_name="Ann", family_id=family), await world.student(first_name="Zoe")
    lesson = await world.weekly_class(name="Swim")
    for student in (ann, zoe):
        await world.enroll(student, lesson.offering_id)
    gail = await api.signed_in(world, await world.guardian(family), Portal.CUSTOMER)
    olga = await world.staff(Permission.OWNER)
    return Home(world, database, api, lesson, ann, zoe, gail, olga)


def marks(event: dict[str, Any]) -> list[str | None]:
    return [each["mark"] and each["mark"]["status"] for each in event["marks"]]


async def kinds(stream: Followed) -> list[str]:
    return (await stream.next())["kinds"]  # type: ignore[no-any-return]


async def test_R10_3_first_the_state_then_each_change_as_it_was_left(home: Home) -> None:
    await home.world.makeup_token(home.ann, comment="Sorry")
    async with home.follow() as stream:
        first = await stream.next()
        assert (first["kinds"], first["student"]["firstName"], first["marks"]) == (["SNAPSHOT"], "Ann", [])
        assert [each["occurrence"]["offering"]["name"] for each in first["today"]] == ["Swim"]
        assert [token["state"] for token in first["tokens"]] == ["AVAILABLE"]
        await home.mark(PRESENT)
        await home.mark(TARDY)
        await home.mark(None)
        told = [await stream.next() for _ in range(3)]
        assert [(each["kinds"], marks(each)) for each in told] == [
            (["MARKS"], ["PRESENT"]),
            (["MARKS"], ["TARDY"]),
            (["MARKS"], [None]),
        ]
        assert [each["mark"] for each in told[2]["today"]] == [None]
        assert await stream.is_silent()


async def test_R10_3_tokens_are_told_as_they_come_change_and_go(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        token = await home.world.makeup_token(home.ann)
        event = await stream.next()
        assert (event["kinds"], [each["state"] for each in event["tokens"]]) == (["TOKENS"], ["AVAILABLE"])
        await home.edit(token, expires_on=MONDAY - timedelta(days=1))
        assert [each["state"] for each in (await stream.next())["tokens"]] == ["EXPIRED"]
        await home.edit(token, deleted_at=LONG_AGO)
        event = await stream.next()
        assert (event["kinds"], event["tokens"]) == (["TOKENS"], [])


async def test_R10_3_cancelling_and_restoring_are_told_to_all_on_the_roster(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        await home.touch(ChangeKind.CANCELLED, cancelled=True)
        event = await stream.next()
        assert event["kinds"] == ["SCHEDULE"]
        assert [each["occurrence"]["state"] for each in event["today"]] == ["CANCELLED"]
        await home.touch(ChangeKind.RESTORED)
        event = await stream.next()
        assert [each["occurrence"]["state"] for each in event["today"]] == ["SCHEDULED"]


async def test_R11_3_a_family_hears_nothing_of_what_it_does_not_see(home: Home) -> None:
    world = home.world
    ahead = await world.makeup_token(home.ann, issued_on=MONDAY + timedelta(days=5))
    seen = await world.makeup_token(home.ann, comment="For staff")
    await world.change_settings(families_see_comments=False)
    async with home.follow() as stream:
        assert [each["id"] for each in (await stream.next())["tokens"]] == [encode_id("MakeupToken", seen)]
        await home.edit(ahead, comment="More")
        await home.edit(ahead, deleted_at=LONG_AGO)
        await home.edit(seen, comment="Other", needs_review=True)
        await world.makeup_token(home.ann, issued_on=MONDAY + timedelta(days=5))
        await home.touch(ChangeKind.ROSTER, home.ann)
        await home.touch(ChangeKind.TOKENS, home.ann)
        assert await stream.is_silent()
        await home.mark(PRESENT, note="Shy")
        (told,) = (await stream.next())["marks"]
        assert told["mark"] == {"status": "PRESENT", "note": None, "isDefaulted": False, "markedBy": None}
        await home.mark(PRESENT, note="Very shy")
        assert await stream.is_silent()


async def test_R11_2_nothing_of_another_family_is_told(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        await home.mark(PRESENT, home.zoe)
        await home.world.makeup_token(home.zoe)
        assert await stream.is_silent()
    stranger = await home.world.guardian(await home.world.family())
    for api, student in (
        (home.gail, home.zoe),
        (await home.api.signed_in(home.world, stranger, Portal.CUSTOMER), home.ann),
    ):
        async with home.follow(api, student=student) as stream:
            with pytest.raises(ApiError, match="no student whom you may see"):
                await stream.answer()


async def test_R11_3_staff_see_more_than_a_family(home: Home) -> None:
    staff = await home.api.as_staff(home.world, *VIEW)
    token = await home.world.makeup_token(home.ann, issued_on=MONDAY + timedelta(days=5), issued_by_id=home.olga)
    async with home.follow(staff) as stream:
        assert [each["state"] for each in (await stream.next())["tokens"]] == ["SCHEDULED"]
        await home.edit(token, comment="Nice")
        (told,) = (await stream.next())["tokens"]
        assert (told["comment"], told["issuedBy"]["__typename"]) == ("Nice", "StaffMember")
        await home.mark(PRESENT, note="Shy")
        (told,) = (await stream.next())["marks"]
        assert (told["mark"]["note"], told["mark"]["markedBy"]) == ("Shy", {"__typename": "StaffMember"})
        await home.mark(PRESENT, note="Very shy")
        assert marks(await stream.next()) == ["PRESENT"]


async def test_R11_3_a_teacher_hears_of_marks_in_own_classes_alone(home: Home) -> None:
    gym = await home.world.weekly_class(name="Gym", start_time=time(15))
    await home.world.enroll(home.ann, gym.offering_id)
    tom = await home.world.staff(Permission.STAFF_ATTENDANCE_VIEW, teaches=[gym.offering_id])
    teacher = await home.api.signed_in(home.world, tom, Portal.STAFF)
    async with home.follow(teacher) as stream:
        assert [each["occurrence"]["offering"]["name"] for each in (await stream.next())["today"]] == ["Gym"]
        await home.mark(PRESENT)
        assert await stream.is_silent()
        home.lesson = gym
        await home.mark(TARDY)
        assert marks(await stream.next()) == ["TARDY"]


@pytest.mark.parametrize("way", ["right", "sign-out"])
async def test_R10_4_a_stream_ends_with_the_right_to_it_also_in_silence(home: Home, way: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting, "_CHECK_SECONDS", 0.1)
    home.api.services.access.memo.seconds = 0.05
    person = await home.world.staff(*VIEW)
    staff = await home.api.as_staff(home.world, person_id=person)
    async with home.follow(staff) as stream:
        await stream.next()
        assert await stream.is_silent()
        if way == "right":
            await home.world.change(models.Person, person, permissions=["OFFICE_ATTENDANCE_VIEW"])
        else:
            await home.world.owner.execute(
                update(models.SignIn).where(models.SignIn.person_id == person).values(ended_at=LONG_AGO)
            )
        with pytest.raises(Forbidden if way == "right" else NotAuthenticated):
            await stream.answer()


async def test_R10_4_a_guardian_who_left_hears_nothing_more(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        await home.world.owner.execute(
            update(models.Person).where(models.Person.family_id.is_not(None)).values(ended_at=LONG_AGO)
        )
        await home.mark(PRESENT)
        with pytest.raises(NotAuthenticated):
            await stream.answer()


async def test_R10_2_a_cursor_goes_on_without_gap_or_repeat(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        await home.mark(PRESENT)
        await stream.next()
        cursor = stream.cursor
    async with home.follow(after=cursor) as stream:
        assert await stream.is_silent()
        await home.mark(TARDY)
        assert marks(await stream.next()) == ["TARDY"]
        cursor = stream.cursor
    await home.mark(ABSENT)
    await home.mark(PRESENT, home.zoe)
    await home.world.makeup_token(home.ann)
    await home.mark(None)
    async with home.follow(after=cursor) as stream:
        told = [await stream.next() for _ in range(2)]
        assert [(each["kinds"], marks(each), len(each["tokens"])) for each in told] == [
            (["MARKS", "TOKENS"], ["ABSENT"], 1),
            (["MARKS"], [None], 1),
        ]
        assert await stream.is_silent()
        middle = told[0]["cursor"]
    async with home.follow(after=middle) as stream:
        event = await stream.next()
        assert (event["kinds"], marks(event)) == (["MARKS"], [None])


async def test_R10_2_a_history_that_is_forgotten_or_too_long_gives_the_state(home: Home, monkeypatch: Any) -> None:
    async with home.follow() as stream:
        await stream.next()
        cursor = stream.cursor
    for _ in range(3):
        await home.mark(PRESENT)
        await home.mark(TARDY)
    async with home.follow(after=cursor) as stream:
        assert marks(await stream.next()) == ["PRESENT"]
    monkeypatch.setattr("gql.people.student_changed.REPLAY_POSITIONS", 5)
    async with home.follow(after=cursor) as stream:
        assert await kinds(stream) == ["SNAPSHOT"]
    monkeypatch.undo()
    await home.world.owner.execute(delete(models.Feed).where(models.Feed.position < 3))
    async with home.follow(after=cursor) as stream:
        assert await kinds(stream) == ["SNAPSHOT"]
        assert await stream.is_silent()


async def test_R10_2_a_cursor_of_a_lost_history_gives_the_state(home: Home) -> None:
    await home.mark(PRESENT)
    async with home.follow() as stream:
        await stream.next()
        cursor = stream.cursor
    await home.world.owner.execute(update(models.FeedPosition).values(position=0))
    async with home.follow(after=cursor) as stream:
        assert await kinds(stream) == ["SNAPSHOT"]


async def test_R10_5_who_falls_behind_gets_the_state(home: Home) -> None:
    async with home.follow() as stream:
        await stream.next()
        for number in range(70):
            await home.mark(TARDY if number % 2 else ABSENT)
            await heard(home.api.services.feed)
        event = await stream.next()
        assert (event["kinds"], [each["mark"]["status"] for each in event["today"]]) == (["SNAPSHOT"], ["TARDY"])
        await home.mark(PRESENT)
        assert marks(await stream.next()) == ["PRESENT"]
        assert await stream.is_silent()


async def test_R10_3_a_new_local_day_gives_a_new_state(home: Home, monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting, "_CHECK_SECONDS", 0.05)
    monkeypatch.setattr(waiting, "_SPREAD_SECONDS", 0.0)
    await home.world.makeup_token(home.ann, issued_on=MONDAY + timedelta(days=1))
    await home.world.makeup_token(home.ann, expires_on=MONDAY)
    tuesday = datetime(2026, 11, 17, 6, 0, 1, tzinfo=UTC)
    async with home.follow() as stream:
        assert [each["state"] for each in (await stream.next())["tokens"]] == ["AVAILABLE"]
        home.api.clock.now = tuesday - timedelta(seconds=2)
        assert await stream.is_silent()
        home.api.clock.now = tuesday
        event = await stream.next()
        assert (event["kinds"], event["today"]) == (["SNAPSHOT"], [])
        assert [each["state"] for each in event["tokens"]] == ["EXPIRED", "AVAILABLE"]
        home.api.clock.now = tuesday + timedelta(days=1)
        assert await stream.is_silent()
        await home.mark(PRESENT)
        assert (await stream.next())["marks"][0]["occurrence"]["date"] == "2026-11-16"


async def test_R10_3_more_than_can_be_told_one_by_one_gives_the_state(home: Home) -> None:
    await home.world.occurrence(home.lesson.timeslot_id, revision=2001)
    async with home.follow() as stream:
        await stream.next()
        cursor = stream.cursor
        await home.world.owner.execute(
            text(
                "INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at) "
                "SELECT :own, :slot, :day, n, 'MARKS', 'OFFICE', now() FROM generate_series(1, 2001) n"
            ).bindparams(own=home.world.organization_id, slot=home.lesson.timeslot_id, day=MONDAY)
        )
        assert await kinds(stream) == ["SNAPSHOT"]
    async with home.follow(after=cursor) as stream:
        assert await kinds(stream) == ["SNAPSHOT"]


@pytest.mark.parametrize("subscribers", [1, 6])
async def test_R10_2_what_is_equal_is_read_once(home: Home, subscribers: int) -> None:
    statements: list[str] = []
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(home.follow()) for _ in range(subscribers)]
        for stream in streams:
            await stream.next()
        await home.mark(PRESENT)
        with counting(home.database, statements):
            await heard(home.api.services.feed)
            answers = await asyncio.gather(*(stream._waiting() for stream in streams))
            for stream in streams:
                stream._next = None
    assert {str(answer.result.data) for answer in answers} == {str(answers[0].result.data)}
    # Comparing (1); the tenant, the feed, access and the head (4); the tenant and the viewer (2); the tenant and the
    # student's state (8), whose tokens miss no class.
    assert len(statements) == 15, statements


async def test_R10_4_a_change_is_executed_once_for_all_who_see_the_same(home: Home, executed: list[object]) -> None:
    staff = [await home.api.as_staff(home.world, *VIEW) for _ in range(3)]
    others = [await home.api.as_staff(home.world, *VIEW, Permission.OWNER), home.gail, home.gail]
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(home.follow(who)) for who in (*staff, *others)]
        sister = await stack.enter_async_context(home.follow(staff[0], student=home.zoe))
        for stream in (*streams, sister):
            await stream.next()
        executed.clear()
        await home.mark(PRESENT, home.ann, home.zoe, note="Brave")
        told = [await stream.next() for stream in streams]
        # The staff's, the owner's, the guardian's; and another student's.
        assert len(executed) == 3
        assert (await sister.next())["student"]["firstName"] == "Zoe"
        assert len(executed) == 4
    assert [[each["mark"]["note"] for each in event["marks"]] for event in told] == [["Brave"]] * 4 + [[None]] * 2
    assert [event["student"]["firstName"] for event in told] == ["Ann"] * 6


async def test_R10_2_of_one_change_each_hears_what_is_news_to_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first was told of the token before it expired, the second afterwards."""
    monkeypatch.setattr(waiting, "_CHECK_SECONDS", 60.0)
    await home.world.makeup_token(home.ann, expires_on=MONDAY)
    async with home.follow(await home.api.as_staff(home.world, *VIEW)) as first:
        assert [each["state"] for each in (await first.next())["tokens"]] == ["AVAILABLE"]
        event = first._waiting()
        await asyncio.sleep(0.1)
        home.api.clock.now += timedelta(days=1)
        async with home.follow(await home.api.as_staff(home.world, *VIEW)) as second:
            assert [each["state"] for each in (await second.next())["tokens"]] == ["EXPIRED"]
            await home.mark(PRESENT, held_on=MONDAY)
            await heard(home.api.services.feed)
            result = (await event).result
            assert result.data is not None
            assert result.data["studentChanged"]["kinds"] == ["MARKS", "TOKENS", "SCHEDULE"]
            assert await kinds(second) == ["MARKS"]


@pytest.mark.parametrize("cursor", ["", "x", "WyJvY2N1cnJlbmNlcyIsMV0"])
async def test_what_is_no_cursor_is_refused(home: Home, cursor: str) -> None:
    async with following(home.gail, WATCH, id=encode_id("Student", home.ann), after=cursor) as stream:
        with pytest.raises(ApiError, match="is not a cursor"):
            await stream.answer()
