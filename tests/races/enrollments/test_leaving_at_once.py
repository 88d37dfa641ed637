"""R8.11 with acts at the same moment, on real connections: whoever has no place at the end has tokens that lapse."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.enrollments.enroll_student import NewPlace, enroll_student
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import MakeupTokenSettings, OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Permission
from db.engine import Database
from tests.support.at_once import Act, committed_at_once
from tests.support.factories import JANUARY, MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.long_race_rounds
LAPSES_ON = MONDAY + timedelta(days=14)
# Near roll sheets that both acts hold make one wait for the other; far ones they have none of.
NEAR_AND_FAR = pytest.mark.parametrize("starts_on", [MONDAY, MONDAY + timedelta(weeks=20)])


@pytest.fixture
async def viewer(world: World) -> Viewer:
    settings = OrganizationSettings(makeup_tokens=MakeupTokenSettings(expire_after_last_drop_days=14))
    return replace(staff_viewer(world, await world.staff(Permission.OWNER)), settings=settings)


async def together(database: Database, world: World, *acts: Act) -> None:
    """Each in a transaction of its own, all begun at once; none is refused."""
    assert not any(await committed_at_once(database, world, *acts))


async def lapses(world: World, student: UUID) -> tuple[date | None, set[date | None]]:
    """Of the student, and of the tokens."""
    found = await world.owner.execute(
        text(
            "SELECT s.tokens_lapse_on, t.lapses_on FROM student s JOIN makeup_token t"
            " ON (t.organization_id, t.student_id) = (s.organization_id, s.id) WHERE s.id = :it"
        ),
        {"it": student},
    )
    rows = found.all()
    return rows[0].tokens_lapse_on, {row.lapses_on for row in rows}


async def leaver(world: World, starts_on: date = JANUARY) -> tuple[UUID, UUID]:
    """A student with a token, and the only place."""
    student, lesson = await world.student(), await world.weekly_class()
    await world.makeup_token(student)
    return student, await world.enroll(student, lesson.offering_id, starts_on=starts_on)


@NEAR_AND_FAR
async def test_R8_11_the_last_drop_and_a_new_place_at_once_leave_the_tokens_good(
    database: Database, world: World, viewer: Viewer, starts_on: date
) -> None:
    for _ in range(ROUNDS):
        ann, place = await leaver(world, starts_on)
        other = await world.weekly_class()
        new = NewPlace(ann, other.offering_id, EnrollmentType.ACTIVE, starts_on)
        await together(
            database,
            world,
            lambda uow, it=place: drop_enrollment(uow, viewer, it, starts_on, now=DURING_CLASS),  # type: ignore[misc]
            lambda uow, it=new: enroll_student(uow, viewer, it, now=DURING_CLASS),  # type: ignore[misc]
        )
        assert await lapses(world, ann) == (None, {None})


@NEAR_AND_FAR
async def test_R8_11_both_places_dropped_at_once_are_the_last_one(
    database: Database, world: World, viewer: Viewer, starts_on: date
) -> None:
    lapses_on = starts_on + timedelta(days=14)
    for _ in range(ROUNDS):
        ann, first = await leaver(world, starts_on)
        second = await world.enroll(ann, (await world.weekly_class()).offering_id, starts_on=starts_on)
        await together(
            database,
            world,
            *(
                lambda uow, it=place: drop_enrollment(uow, viewer, it, starts_on, now=DURING_CLASS)
                for place in (first, second, first)
            ),
        )
        assert await lapses(world, ann) == (lapses_on, {lapses_on})


async def test_R8_11_an_absence_marked_while_the_last_place_is_dropped_earns_a_token_that_lapses(
    database: Database, world: World, viewer: Viewer
) -> None:
    for _ in range(ROUNDS):
        ann, place = await leaver(world)
        # Of a class that the drop does not touch, so that no roll sheet makes the two wait for each other.
        elsewhere = await world.weekly_class()
        await world.enroll(ann, elsewhere.offering_id, drop_on=MONDAY - timedelta(days=7))
        missed = elsewhere.key(MONDAY - timedelta(days=14))
        marks = Submission(missed, {ann: WantedMark(AttendanceStatus.ABSENT)})
        await together(
            database,
            world,
            lambda uow, it=place: drop_enrollment(uow, viewer, it, MONDAY, now=DURING_CLASS),  # type: ignore[misc]
            lambda uow, it=marks: submit_attendance(uow, viewer, it, now=DURING_CLASS),  # type: ignore[misc]
        )
        assert await lapses(world, ann) == (LAPSES_ON, {LAPSES_ON})
