"""Submitting a roll sheet, on a real database: marks, revisions, conflicts, first answers (R4.1 to R4.12)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.submit_attendance import submit_attendance
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    SeenRevisionAhead,
    StudentNotOnRoster,
)
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings, StaffPortalSettings
from attendance.rules.refusals import OccurrenceNotFound, PermissionDenied, Refusal
from attendance.rules.vocabulary import AttendanceStatus, Permission, Portal
from db.engine import Database
from db.ids import new_id
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer, RollSheetChanged, WakeUp
from tests.support.factories import MONDAY, Lesson, World
from tests.support.viewers import DURING_CLASS, staff_viewer

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
EXCUSED = AttendanceStatus.EXCUSED_ABSENCE

MARKS = text("SELECT student_id, status, note, is_defaulted, source, revision FROM mark ORDER BY student_id")
CHANGES = text("SELECT revision, kind FROM change ORDER BY revision")
LEFT_BEHIND = text(
    "SELECT (SELECT count(*) FROM occurrence) + (SELECT count(*) FROM mark) + (SELECT count(*) FROM change)"
    " + (SELECT count(*) FROM token_run) + (SELECT count(*) FROM makeup_token)"
)


class Sheet:
    """A class on MONDAY with Ann, Ben and Cas, and the owner who submits."""

    def __init__(self, database: Database, world: World, lesson: Lesson, students: list[UUID], viewer: Viewer) -> None:
        self.database, self.world, self.lesson, self.viewer = database, world, lesson, viewer
        self.ann, self.ben, self.cas = students
        self.key = lesson.key()
        self.heard: list[WakeUp] = []
        self.announcer = Announcer(here=[self.heard.append])

    async def submit(
        self,
        marks: dict[UUID, AttendanceStatus | None],
        *,
        viewer: Viewer | None = None,
        now: datetime = DURING_CLASS,
        **more: Any,
    ) -> Recorded:
        wanted = {student: WantedMark(status) for student, status in marks.items()}
        submission = Submission(**{"key": self.key, "marks": wanted, **more})
        async with unit_of_work(self.database, self.world.organization_id, self.announcer) as uow:
            return await submit_attendance(uow, viewer or self.viewer, submission, now=now)

    async def refused(self, refusal: type[Refusal], **submission: Any) -> Any:
        before = await self.world.owner.scalar(LEFT_BEHIND)
        with pytest.raises(refusal) as raised:
            await self.submit(submission.pop("marks", {self.ann: PRESENT}), **submission)
        assert await self.world.owner.scalar(LEFT_BEHIND) == before
        return raised.value

    async def marks(self) -> dict[UUID, str]:
        return {row.student_id: row.status for row in await self.world.owner.execute(MARKS)}


@pytest.fixture
async def sheet(database: Database, world: World) -> Sheet:
    lesson = await world.weekly_class()
    students = [await world.student(first_name=name) for name in ("Ann", "Ben", "Cas")]
    for student in students:
        await world.enroll(student, lesson.offering_id)
    owner = await world.staff(Permission.OWNER)
    return Sheet(database, world, lesson, students, staff_viewer(world, owner))


async def test_R4_2_a_sheet_is_saved_in_one_revision(sheet: Sheet, owner: AsyncConnection) -> None:
    done = await sheet.submit({sheet.ann: TARDY}, mark_rest=PRESENT)
    assert done == Recorded(1, (sheet.ann, sheet.ben, sheet.cas))
    assert await sheet.marks() == {sheet.ann: TARDY, sheet.ben: PRESENT, sheet.cas: PRESENT}
    assert list(await owner.execute(CHANGES)) == [(1, "MARKS")]
    assert sheet.heard == [RollSheetChanged(sheet.world.organization_id, sheet.lesson.timeslot_id, MONDAY, 1)]


async def test_R4_9_every_change_is_kept_with_before_and_after(sheet: Sheet, owner: AsyncConnection) -> None:
    await sheet.submit({sheet.ann: PRESENT})
    await sheet.submit({sheet.ann: TARDY, sheet.ben: PRESENT})
    await sheet.submit({sheet.ann: None})
    entries = await owner.execute(
        text(
            "SELECT revision, student_id, before_status, after_status FROM changed_entry ORDER BY revision, student_id"
        )
    )
    assert list(entries) == [
        (1, sheet.ann, None, PRESENT),
        (2, sheet.ann, PRESENT, TARDY),
        (2, sheet.ben, None, PRESENT),
        (3, sheet.ann, TARDY, None),
    ]
    assert await sheet.marks() == {sheet.ben: PRESENT}


async def test_R4_9_submitting_the_same_again_changes_nothing(sheet: Sheet, owner: AsyncConnection) -> None:
    await sheet.submit({}, mark_rest=PRESENT)
    again = await sheet.submit({sheet.ann: PRESENT}, mark_rest=PRESENT)
    assert again == Recorded(1)
    assert list(await owner.execute(CHANGES)) == [(1, "MARKS")]


async def test_R4_10_a_mark_that_someone_else_changed_is_a_conflict(sheet: Sheet) -> None:
    colleague = staff_viewer(sheet.world, await sheet.world.staff(Permission.OWNER))
    await sheet.submit({sheet.ann: PRESENT, sheet.ben: PRESENT})
    await sheet.submit({sheet.ann: TARDY}, viewer=colleague)
    before = await sheet.marks()
    conflict = await sheet.refused(AttendanceConflict, marks={sheet.ann: ABSENT, sheet.ben: TARDY}, seen_revision=1)
    assert await sheet.marks() == before
    (row,) = conflict.conflicts
    assert (row.student_id, row.wanted_status, row.current_status, row.revision) == (sheet.ann, ABSENT, TARDY, 2)
    assert (conflict.seen_revision, conflict.current_revision) == (1, 2)


async def test_R4_10_who_agrees_or_has_seen_it_or_made_it_has_no_conflict(sheet: Sheet) -> None:
    colleague = staff_viewer(sheet.world, await sheet.world.staff(Permission.OWNER))
    await sheet.submit({sheet.ann: PRESENT}, viewer=colleague)
    assert (await sheet.submit({sheet.ann: PRESENT}, seen_revision=0)).changed_students == ()
    assert (await sheet.submit({sheet.ann: TARDY}, seen_revision=1)).revision == 2
    assert (await sheet.submit({sheet.ann: ABSENT}, seen_revision=1)).changed_students == (sheet.ann,)


async def test_R4_10_a_revision_that_does_not_exist_is_refused(sheet: Sheet) -> None:
    refusal = await sheet.refused(SeenRevisionAhead, seen_revision=7)
    assert str(refusal) == "seenRevision is 7, but the occurrence is at revision 0."


@pytest.mark.parametrize(
    ("held_on_offset", "reason"), [(7, "IN_THE_FUTURE"), (0, "CANCELLED")], ids=["tomorrow's class", "cancelled"]
)
async def test_R4_12_what_cannot_be_recorded_is_refused(
    sheet: Sheet, owner: AsyncConnection, held_on_offset: int, reason: str
) -> None:
    key = sheet.lesson.key(MONDAY.replace(day=MONDAY.day + held_on_offset))
    if reason == "CANCELLED":
        await sheet.world.occurrence(key.timeslot_id, key.held_on, cancelled_at=DURING_CLASS)
    refusal = await sheet.refused(AttendanceNotRecordable, key=key)
    assert refusal.reason == reason


async def test_R2_3_outside_the_session_is_refused_in_the_articles_words(sheet: Sheet) -> None:
    await sheet.world.session(MONDAY.replace(day=17), None, offerings=[sheet.lesson.offering_id])
    refusal = await sheet.refused(AttendanceNotRecordable)
    assert str(refusal) == "Class is not scheduled to meet on this date."


async def test_R4_12_a_student_who_is_not_on_the_roster_is_refused(sheet: Sheet) -> None:
    stranger = await sheet.world.student(first_name="Zoe")
    refusal = await sheet.refused(StudentNotOnRoster, marks={sheet.ann: PRESENT, stranger: PRESENT})
    assert refusal.student_ids == (stranger,)


async def test_R4_12_an_unseen_occurrence_is_not_found(sheet: Sheet) -> None:
    person = await sheet.world.staff(Permission.STAFF_ATTENDANCE_FULL)
    teacher = staff_viewer(sheet.world, person, Permission.STAFF_ATTENDANCE_FULL, portal=Portal.STAFF)
    await sheet.refused(OccurrenceNotFound, viewer=teacher)
    for key in (OccurrenceKey(new_id(), MONDAY), sheet.lesson.key(MONDAY.replace(day=17))):
        await sheet.refused(OccurrenceNotFound, key=key)


async def test_R4_12_seeing_is_not_recording(sheet: Sheet) -> None:
    viewer = staff_viewer(sheet.world, new_id(), Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    refusal = await sheet.refused(PermissionDenied, viewer=viewer)
    assert refusal.permission is Permission.OFFICE_ATTENDANCE_FULL


async def test_excusing_in_the_staff_portal_needs_its_permission(sheet: Sheet) -> None:
    may = (Permission.STAFF_ATTENDANCE_FULL, Permission.STAFF_SEE_ALL)
    person = await sheet.world.staff(*may)
    viewer = staff_viewer(sheet.world, person, *may, portal=Portal.STAFF)
    refusal = await sheet.refused(PermissionDenied, viewer=viewer, marks={sheet.ann: EXCUSED})
    assert refusal.permission is Permission.EXCUSE_ABSENCES
    excuser = staff_viewer(sheet.world, person, *may, Permission.EXCUSE_ABSENCES, portal=Portal.STAFF)
    await sheet.submit({sheet.ann: EXCUSED}, viewer=excuser)
    await sheet.submit({sheet.ann: EXCUSED, sheet.ben: PRESENT}, viewer=viewer)
    assert await sheet.marks() == {sheet.ann: EXCUSED, sheet.ben: PRESENT}


async def test_R3_1_a_subdued_row_stays_editable(sheet: Sheet, owner: AsyncConnection) -> None:
    await sheet.submit({sheet.ann: PRESENT})
    await owner.execute(
        text("UPDATE enrollment SET deleted_at = now() WHERE student_id = :ann").bindparams(ann=sheet.ann)
    )
    assert (await sheet.submit({sheet.ann: TARDY})).changed_students == (sheet.ann,)


@pytest.mark.parametrize("portal", [Portal.OFFICE, Portal.STAFF])
async def test_R4_5_first_check_in_marks_the_rest_absent(sheet: Sheet, owner: AsyncConnection, portal: Portal) -> None:
    settings = OrganizationSettings(
        classes=ClassSettings(office_check_in_mode=portal is Portal.OFFICE),
        staff_portal=StaffPortalSettings(staff_check_in_mode=portal is Portal.STAFF),
    )
    await sheet.world.expected_absence(sheet.cas, is_excused=True)
    person = await sheet.world.staff(Permission.OWNER)
    viewer = staff_viewer(sheet.world, person, portal=portal, settings=settings)
    await sheet.submit({sheet.ann: PRESENT}, viewer=viewer)
    marks = [(row.student_id, row.status, row.is_defaulted, row.source) for row in await owner.execute(MARKS)]
    assert marks == [
        (sheet.ann, PRESENT, False, portal.source),
        (sheet.ben, ABSENT, True, "SYSTEM"),
        (sheet.cas, EXCUSED, True, "SYSTEM"),
    ]
    colleague = replace(viewer, caller=replace(viewer.caller, person_id=await sheet.world.staff(Permission.OWNER)))
    assert (await sheet.submit({sheet.ben: PRESENT}, viewer=colleague, seen_revision=0)).changed_students == (
        sheet.ben,
    )


async def test_R7_3_office_absence_without_check_in_mode_earns_at_once(sheet: Sheet, owner: AsyncConnection) -> None:
    done = await sheet.submit({sheet.ann: ABSENT, sheet.ben: PRESENT})
    tokens = list(await owner.execute(text("SELECT id, student_id, revoked_at IS NULL FROM makeup_token")))
    assert tokens == [(*done.issued_tokens, sheet.ann, True)]
    assert list(await owner.execute(CHANGES)) == [(1, "MARKS"), (2, "TOKENS")]
    undone = await sheet.submit({sheet.ann: PRESENT})
    assert (undone.revision, undone.revoked_tokens) == (4, done.issued_tokens)
    again = await sheet.submit({sheet.ann: ABSENT})
    assert again.issued_tokens == done.issued_tokens


async def test_R7_3_office_absence_in_check_in_mode_arms_both_runs(sheet: Sheet, owner: AsyncConnection) -> None:
    settings = OrganizationSettings(classes=ClassSettings(office_check_in_mode=True))
    done = await sheet.submit({sheet.ann: ABSENT}, viewer=replace(sheet.viewer, settings=settings))
    assert (done.issued_tokens, done.revision) == ((), 1)
    runs = list(await owner.execute(text("SELECT phase, due_at, state FROM token_run ORDER BY due_at")))
    assert runs == [
        ("AFTER_CLASS", datetime(2026, 11, 17, 0, 15, tzinfo=UTC), "ARMED"),
        ("END_OF_DAY", datetime(2026, 11, 17, 5, 59, tzinfo=UTC), "ARMED"),
    ]
