"""One e-mail after so many unexcused absences in a row, through the API (R4.14)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.rules.vocabulary import AttendanceStatus, Permission
from gql.fields.global_ids import encode_id
from tests.support.api import Api
from tests.support.documents import mutation
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World

WEEK = timedelta(days=7)
FIRST = MONDAY - 8 * WEEK
SUBMIT = mutation("submitAttendance")
CHECK_IN = mutation("checkIn")


class Register:
    """A class whose roll sheets are submitted week by week, for students with families that have an address."""

    def __init__(self, world: World, api: Api, lesson: Lesson) -> None:
        self.world, self.api, self.lesson = world, api, lesson
        self.students: dict[str, UUID] = {}
        self.families: dict[str, UUID] = {}

    async def enroll(self, name: str, email: str | None = "baker@example.com") -> None:
        self.families[name] = await self.world.family(email=email)
        self.students[name] = await self.world.student(first_name=name, family_id=self.families[name])
        await self.world.enroll(self.students[name], self.lesson.offering_id)

    async def submit(self, week: int, **statuses: str | None) -> None:
        marks = {self.students[name]: status for name, status in statuses.items()}
        done = await self.api.submit(self.lesson, marks, FIRST + week * WEEK)
        assert done == {"__typename": "SubmitAttendanceSuccess"}

    async def ann(self, letters: str, since: int = 0) -> None:
        status = {"A": "ABSENT", "E": "EXCUSED_ABSENCE", "P": "PRESENT", "T": "TARDY"}
        for week, letter in enumerate(letters, since):
            await self.submit(week, Ann=status[letter])

    def id_of(self, name: str) -> str:
        return encode_id("Student", self.students[name])

    def occurrence_id(self, held_on: date) -> str:
        return self.lesson.sheet_id(held_on)

    async def states(self) -> list[str]:
        return [email.state for email in await self.world.emails()]

    async def sent(self) -> None:
        await self.world.owner.execute(text("UPDATE email SET state = 'SENT', sent_at = now() WHERE state = 'QUEUED'"))


@pytest.fixture
async def register(world: World, api: Api) -> Register:
    await world.change_settings(consecutive_absences_notice=3)
    found = Register(world, await api.as_staff(world, Permission.OWNER), await world.weekly_class(name="Swim 1"))
    await found.enroll("Ann")
    return found


async def test_R4_14_the_third_absence_in_a_row_tells_the_family_once(register: Register) -> None:
    await register.ann("PAA")
    assert await register.world.emails() == []
    await register.ann("A", since=3)
    (email,) = await register.world.emails()
    assert (email.recipient, email.template, email.facts, email.state) == (
        "baker@example.com",
        "consecutive_absences",
        {"student": "Ann", "offering": "Swim 1", "absent_on": ["2026-09-28", "2026-10-05", "2026-10-12"]},
        "QUEUED",
    )
    assert (email.due_at, email.family_id) == (register.api.clock.now, register.families["Ann"])
    await register.sent()
    await register.ann("AA", since=4)
    assert await register.states() == ["SENT"]


async def test_R4_14_without_the_setting_or_an_address_nobody_is_told(register: Register) -> None:
    await register.enroll("Ben", email=None)
    for week in range(4):
        await register.submit(week, Ben="ABSENT")
    assert await register.world.emails() == []
    await register.world.change_settings(consecutive_absences_notice=None)
    await register.ann("AAAA")
    assert await register.world.emails() == []


@pytest.mark.parametrize(
    ("letters", "told"), [("AAPAA", 0), ("AATAA", 0), ("AAEA", 1), ("AAEEE", 0), ("EEEE", 0), ("AAAPAAA", 2)]
)
async def test_R4_14_presence_resets_and_excuses_neither_count_nor_reset(
    register: Register, letters: str, told: int
) -> None:
    for week, letter in enumerate(letters):
        await register.ann(letter, since=week)
        await register.sent()
    assert len(await register.world.emails()) == told


async def test_R4_14_a_notice_that_was_not_sent_is_taken_back_with_its_ground(register: Register) -> None:
    await register.ann("AAA")
    assert await register.states() == ["QUEUED"]
    await register.submit(1, Ann="EXCUSED_ABSENCE")
    assert await register.states() == ["WITHDRAWN"]
    await register.submit(1, Ann="ABSENT")
    assert await register.states() == ["QUEUED"]
    await register.submit(1, Ann=None)
    assert await register.states() == ["WITHDRAWN"]
    await register.submit(3, Ann="ABSENT")
    assert await register.states() == ["QUEUED"]
    await register.submit(4, Ann="PRESENT")
    assert await register.states() == ["WITHDRAWN"]


async def test_R4_14_other_offerings_and_cancelled_occurrences_do_not_count(register: Register) -> None:
    other = await register.world.weekly_class()
    ann = register.students["Ann"]
    for week in (5, 6):
        await register.world.mark(ann, other.timeslot_id, held_on=FIRST + week * WEEK, status=AttendanceStatus.ABSENT)
    await register.world.occurrence(register.lesson.timeslot_id, FIRST + 2 * WEEK, cancelled_at=LONG_AGO, revision=1)
    await register.world.mark(
        ann, register.lesson.timeslot_id, held_on=FIRST + 2 * WEEK, status=AttendanceStatus.ABSENT
    )
    await register.ann("AA")
    assert await register.world.emails() == []
    await register.ann("A", since=3)
    assert (await register.world.emails())[0].facts["absent_on"] == ["2026-09-21", "2026-09-28", "2026-10-12"]


async def test_R4_5_R4_14_an_absence_by_default_tells_after_class_unless_the_student_comes(
    register: Register, api: Api
) -> None:
    await register.world.change_settings(office_check_in_mode=True)
    await register.enroll("Ben")
    api.clock.now = datetime(2026, 11, 16, 23, 10, tzinfo=UTC)
    await register.ann("AA")

    async def check_in(name: str) -> None:
        given = {"occurrenceId": register.occurrence_id(MONDAY), "studentId": register.id_of(name)}
        assert (await register.api.ask(CHECK_IN, input=given))["checkIn"] == {"__typename": "CheckInSuccess"}

    await check_in("Ben")
    (email,) = await register.world.emails()
    assert (email.state, email.due_at) == ("QUEUED", datetime(2026, 11, 17, 0, 15, tzinfo=UTC))
    await check_in("Ann")
    assert await register.states() == ["WITHDRAWN"]


async def test_R3_5_R4_14_notices_take_as_many_statements_for_20_students_as_for_1(register: Register) -> None:
    counts = []
    for count in (1, 20):
        register.lesson = await register.world.weekly_class()
        names = [f"S{count}x{number}" for number in range(count)]
        for name in names:
            await register.enroll(name)
        for week in range(3):
            register.api.statements.clear()
            await register.submit(week, **dict.fromkeys(names, "ABSENT"))
        counts.append(len(register.api.statements))
        assert len(await register.world.emails()) == (1 if count == 1 else 21)
    assert counts[0] == counts[1], counts
