"""R13.6: marks that are made during a merge are not lost, and of two merges at once one is told of the other."""

from functools import partial

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.actions.people.merge_people import Merge, merge_people, preview_merge
from attendance.rules.marks.attendance_refusals import StudentNotOnRoster
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.merge_refusals import MergePreviewOutdated
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import AttendanceStatus, MergeKind, Permission
from db import models
from db.engine import Database
from db.unit_of_work import UnitOfWork
from tests.support.at_once import committed_at_once, kinds_of
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.sizes import SIZES
from tests.support.viewers import DURING_CLASS, staff_viewer


async def _merge(viewer: Viewer, merge: Merge, uow: UnitOfWork) -> None:
    await merge_people(uow, viewer, merge, now=DURING_CLASS)


async def _mark(viewer: Viewer, submission: Submission, uow: UnitOfWork) -> None:
    await submit_attendance(uow, viewer, submission, now=DURING_CLASS)


async def _planned(database: Database, world: World, ids: tuple[object, object]) -> Merge:
    async with database.read(world.organization_id) as connection:
        args = (connection, world.organization_id, MergeKind.STUDENT, *ids)
        plan = await preview_merge(*args, now=DURING_CLASS)  # type: ignore[arg-type]
    return Merge(MergeKind.STUDENT, plan.from_id, plan.into_id, plan.seen, {})


async def test_R13_6_a_mark_during_a_merge_is_moved_or_refused(database: Database, world: World) -> None:
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    for _ in range(SIZES.long_race_rounds):
        lesson = await world.weekly_class()
        ann, anne = await world.student(), await world.student(first_name="Anne")
        await world.enroll(anne, lesson.offering_id)
        merge = await _planned(database, world, (anne, ann))
        submission = Submission(lesson.key(), {anne: WantedMark(AttendanceStatus.ABSENT)})
        mark = partial(_mark, viewer, submission)
        merged, marked = kinds_of(await committed_at_once(database, world, partial(_merge, viewer, merge), mark))
        assert (merged, marked) in {(None, StudentNotOnRoster), (MergePreviewOutdated, None)}
        holder = anne if marked is None else ann
        assert [row.student_id for row in await world.rows(models.Mark, student_id=holder)] == (
            [anne] if marked is None else []
        )
    await assert_sound(world, now=DURING_CLASS)


async def test_R13_6_of_two_merges_at_once_one_is_told(database: Database, world: World) -> None:
    viewer = staff_viewer(world, await world.staff(Permission.OWNER))
    for _ in range(SIZES.long_race_rounds):
        lesson = await world.weekly_class()
        ann, anne, annie = [await world.student(first_name=name) for name in ("Ann", "Anne", "Annie")]
        for each in (ann, anne, annie):
            await world.enroll(each, lesson.offering_id)
        merges = [await _planned(database, world, ids) for ids in ((anne, ann), (ann, anne), (annie, anne))]
        refused = kinds_of(await committed_at_once(database, world, *(partial(_merge, viewer, it) for it in merges)))
        assert refused.count(None) in {1, 2}
        assert set(refused) <= {None, NothingFound, MergePreviewOutdated}
        living = [
            row for row in await world.rows(models.Student) if row.id in {ann, anne, annie} and not row.deleted_at
        ]
        assert len(living) == 3 - refused.count(None)
        for row in await world.rows(models.Student):
            if row.merged_into_id is not None:
                (kept,) = await world.rows(models.Student, id=row.merged_into_id)
                assert kept.merged_into_id is None
    await assert_sound(world, now=DURING_CLASS)
