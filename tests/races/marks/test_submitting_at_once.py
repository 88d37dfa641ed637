"""Two people at one roll sheet at once, on real connections (R4.2, R4.9, R4.11)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import AttendanceStatus, Permission
from db.engine import Database
from db.idempotency import Retry, first_answer, keep_answer
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.race_rounds


@pytest.fixture
async def pair(world: World) -> tuple[Viewer, Viewer]:
    first, second = [await world.staff(Permission.OWNER) for _ in range(2)]
    return staff_viewer(world, first), staff_viewer(world, second)


async def test_two_submissions_make_two_revisions_and_lose_no_mark(
    database: Database, world: World, pair: tuple[Viewer, Viewer]
) -> None:
    announcer = Announcer()
    barrier = asyncio.Barrier(2)
    students = [await world.student(first_name=f"S{i}") for i in range(4)]
    for _ in range(ROUNDS):
        lesson = await world.weekly_class()
        for student in students:
            await world.enroll(student, lesson.offering_id)
        key = lesson.key()

        async def submit(viewer: Viewer, own: UUID, shared: AttendanceStatus, key: OccurrenceKey = key) -> Recorded:
            marks = {own: WantedMark(AttendanceStatus.PRESENT), students[2]: WantedMark(shared)}
            await barrier.wait()
            async with unit_of_work(database, world.organization_id, announcer) as uow:
                submission = Submission(key, marks, mark_rest=AttendanceStatus.LEFT_EARLY)
                return await submit_attendance(uow, viewer, submission, now=DURING_CLASS)

        async with asyncio.timeout(10):
            one, two = await asyncio.gather(
                submit(pair[0], students[0], AttendanceStatus.TARDY),
                submit(pair[1], students[1], AttendanceStatus.PRESENT),
            )
        first, second = sorted((one, two), key=lambda done: done.revision)
        assert (first.revision, second.revision) == (1, 2)
        assert len(first.changed_students) == 4
        marks = await world.owner.execute(
            text("SELECT student_id, status, revision FROM mark WHERE timeslot_id = :slot").bindparams(
                slot=key.timeslot_id
            )
        )
        now = {row.student_id: (row.status, row.revision) for row in marks}
        assert now[students[0]][0] == now[students[1]][0] == "PRESENT"
        assert now[students[2]] == ("PRESENT" if two is second else "TARDY", 2)
        assert now[students[3]] == ("LEFT_EARLY", 1)


async def test_R4_11_the_same_key_twice_at_once_acts_once(database: Database, world: World) -> None:
    announcer, barrier = Announcer(), asyncio.Barrier(2)
    caller = await world.staff(Permission.OWNER)
    acts = 0

    async def ask(retry: Retry) -> dict[str, int]:
        nonlocal acts
        await barrier.wait()
        async with unit_of_work(database, world.organization_id, announcer) as uow:
            answer = await first_answer(uow, retry, DURING_CLASS)
            if answer is None:
                acts += 1
                await asyncio.sleep(0.005)
                answer = {"act": acts}
                await keep_answer(uow, retry, answer, DURING_CLASS)
            return answer

    for number in range(1, 21):
        retry = Retry(caller, f"key {number}", "submitAttendance", "same")
        answers = await asyncio.gather(ask(retry), ask(retry))
        assert list(answers) == [{"act": number}, {"act": number}]
