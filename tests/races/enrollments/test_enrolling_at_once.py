"""Acts on enrollments at the same moment, on real connections: the last place goes once (R8.6), and rows stay true."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from attendance.actions.enrollments.drop_enrollment import drop_enrollment
from attendance.actions.enrollments.enroll_student import NewPlace, enroll_student
from attendance.actions.enrollments.transfer_enrollment import Target, transfer_enrollment
from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.people.update_student import update_student
from attendance.rules.enrollments.enrollment_refusals import EnrollmentEnded, OfferingFull
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Permission
from db.engine import Database
from db.unit_of_work import UnitOfWork
from tests.support.at_once import committed_at_once, kinds_of
from tests.support.factories import MONDAY, World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer

ROUNDS = SIZES.race_rounds
LONG_ROUNDS = SIZES.long_race_rounds
DAY = timedelta(days=1)


@pytest.fixture
async def viewer(world: World) -> Viewer:
    return staff_viewer(world, await world.staff(Permission.OWNER))


async def test_R8_6_the_last_place_goes_to_one(database: Database, world: World, viewer: Viewer) -> None:
    students = [await world.student(first_name=f"S{n}") for n in range(3)]
    leaver = await world.student(first_name="Leaver")
    for _ in range(ROUNDS):
        lesson, other = await world.weekly_class(capacity=1), await world.weekly_class()
        source = await world.enroll(leaver, other.offering_id)

        def enroll(student: UUID, offering: UUID = lesson.offering_id) -> Callable[[UnitOfWork], Awaitable[object]]:
            place = NewPlace(student, offering, EnrollmentType.ACTIVE, MONDAY)
            return lambda uow: enroll_student(uow, viewer, place, now=DURING_CLASS)

        target = Target(lesson.offering_id, MONDAY)
        refused = kinds_of(
            await committed_at_once(
                database,
                world,
                *(enroll(student) for student in students),
                lambda uow, it=source, to=target: transfer_enrollment(uow, viewer, it, to, now=DURING_CLASS),  # type: ignore[misc]
            )
        )
        assert (refused.count(None), refused.count(OfferingFull)) == (1, 3)
        taken = await world.owner.scalar(
            text("SELECT count(*) FROM enrollment WHERE offering_id = :it"), {"it": lesson.offering_id}
        )
        assert taken == 1


async def test_an_enrollment_is_transferred_or_dropped_and_never_both(
    database: Database, world: World, viewer: Viewer
) -> None:
    ann = await world.student()
    for _ in range(ROUNDS):
        first, second = await world.weekly_class(), await world.weekly_class()
        source = await world.enroll(ann, first.offering_id)
        target = Target(second.offering_id, MONDAY)
        refused = kinds_of(
            await committed_at_once(
                database,
                world,
                lambda uow, it=source, to=target: transfer_enrollment(uow, viewer, it, to, now=DURING_CLASS),  # type: ignore[misc]
                lambda uow, it=source, to=target: transfer_enrollment(uow, viewer, it, to, now=DURING_CLASS),  # type: ignore[misc]
                lambda uow, it=source: drop_enrollment(uow, viewer, it, MONDAY - 2 * DAY, now=DURING_CLASS),  # type: ignore[misc]
            )
        )
        assert refused.count(None) == 1
        assert refused.count(EnrollmentEnded) == 2


async def test_R3_1_a_mark_made_during_a_drop_keeps_its_row(database: Database, world: World, viewer: Viewer) -> None:
    ann = await world.student()
    for _ in range(LONG_ROUNDS):
        lesson = await world.weekly_class()
        key = lesson.key()
        place = await world.enroll(ann, lesson.offering_id)
        marks = Submission(key, {ann: WantedMark(AttendanceStatus.ABSENT)})
        await committed_at_once(
            database,
            world,
            lambda uow, it=marks: submit_attendance(uow, viewer, it, now=DURING_CLASS),  # type: ignore[misc]
            lambda uow, it=place: drop_enrollment(uow, viewer, it, MONDAY - DAY, now=DURING_CLASS),  # type: ignore[misc]
            lambda uow, note=str(key): update_student(  # type: ignore[misc]
                uow, viewer, ann, {"roll_sheet_comment": note}, now=DURING_CLASS
            ),
        )
        rows = await world.owner.execute(
            text(
                "SELECT EXISTS (SELECT FROM mark m WHERE m.timeslot_id = :it), array_agg(e.left_roster"
                " ORDER BY e.revision), array_agg(e.revision ORDER BY e.revision)"
                " FROM changed_entry e WHERE e.timeslot_id = :it AND e.held_on = :day"
            ),
            {"it": key.timeslot_id, "day": MONDAY},
        )
        (is_marked, left, revisions) = rows.one()
        assert left[-1] is not is_marked
        assert revisions == list(range(1, len(revisions) + 1))


async def test_R4_7_a_first_check_in_and_an_enrollment_at_once_leave_the_newcomer_absent(
    database: Database, world: World
) -> None:
    olga = await world.staff(Permission.OWNER)
    settings = OrganizationSettings(classes=ClassSettings(office_check_in_mode=True))
    viewer = staff_viewer(world, olga, settings=settings)
    ann, ben = await world.student(), await world.student(first_name="Ben")
    for _ in range(LONG_ROUNDS):
        lesson = await world.weekly_class()
        await world.enroll(ann, lesson.offering_id)
        present = Submission(lesson.key(), {ann: WantedMark(AttendanceStatus.PRESENT)})
        place = NewPlace(ben, lesson.offering_id, EnrollmentType.ACTIVE, MONDAY)
        refused = kinds_of(
            await committed_at_once(
                database,
                world,
                lambda uow, it=present: submit_attendance(uow, viewer, it, now=DURING_CLASS),  # type: ignore[misc]
                lambda uow, it=place: enroll_student(uow, viewer, it, now=DURING_CLASS),  # type: ignore[misc]
            )
        )
        assert refused == [None, None]
        marks = await world.owner.execute(
            text("SELECT student_id, status, is_defaulted FROM mark WHERE timeslot_id = :it"),
            {"it": lesson.timeslot_id},
        )
        assert {row.student_id: (row.status, row.is_defaulted) for row in marks} == {
            ann: ("PRESENT", False),
            ben: ("ABSENT", True),
        }
