"""Absences of one student at two occurrences at once, on real connections (R4.14)."""

import asyncio
from datetime import timedelta

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, Permission
from db import models
from db.engine import Database
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.long_race_rounds


async def test_R4_14_the_second_and_the_third_absence_at_once_tell_once(database: Database, world: World) -> None:
    settings = OrganizationSettings(ClassSettings(consecutive_absences_notice=3))
    viewer = staff_viewer(world, await world.staff(Permission.OWNER), settings=settings)
    announcer, barrier = Announcer(), asyncio.Barrier(2)
    for number in range(1, ROUNDS + 1):
        lesson = await world.weekly_class()
        student = await world.student(family_id=await world.family(email="baker@example.com"))
        await world.enroll(student, lesson.offering_id)
        weeks = [MONDAY - timedelta(7 * week) for week in range(3)]
        await world.mark(student, lesson.timeslot_id, held_on=weeks[2], status=AttendanceStatus.ABSENT)

        async def absent(key: OccurrenceKey, marks: dict[object, WantedMark]) -> None:
            await barrier.wait()
            async with unit_of_work(database, world.organization_id, announcer) as uow:
                await submit_attendance(uow, viewer, Submission(key, marks), now=DURING_CLASS)  # type: ignore[arg-type]

        marks: dict[object, WantedMark] = {student: WantedMark(AttendanceStatus.ABSENT)}
        async with asyncio.timeout(10):
            await asyncio.gather(*(absent(lesson.key(day), marks) for day in weeks[:2]))
        assert await world.count(models.Email) == number
