"""The steps that default the marks of students who join a roll sheet that has begun checking in (R4.7)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet_for_the_system
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.check_in import default_for_newcomer
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.settings import OrganizationSettings
from db.marks.changes import SYSTEM, Author
from db.unit_of_work import UnitOfWork


async def default_newcomer(
    uow: UnitOfWork, viewer: Viewer, key: OccurrenceKey, student_id: UUID, *, now: datetime
) -> Recorded:
    """Give the student a defaulted absence, unless nobody is checked in or the student has a mark.

    The caller has just written the student's enrollment in the same transaction, and calls this for each occurrence
    that the enrollment covers and that has begun. It takes the occurrence's lock, so that a first check-in at the same
    time defaults the student either there or here. The token of the absence is left to the deferred runs.

    viewer -- who enrolled the student; the author of the change.

    Raises OccurrenceNotFound.
    """
    author = Author.of(viewer.caller)
    return await default_newcomers_of(uow, key, [student_id], author=author, settings=viewer.settings, now=now)


async def default_newcomers_of(
    uow: UnitOfWork,
    key: OccurrenceKey,
    student_ids: Collection[UUID],
    *,
    author: Author,
    settings: OrganizationSettings,
    now: datetime,
) -> Recorded:
    """Give several students of one sheet their defaulted absences, as one change. The rest is as for one."""
    sheet = await lock_roll_sheet_for_the_system(uow, key)
    changes = tuple(each for student_id in student_ids for each in default_for_newcomer(sheet.rows, student_id))
    if sheet.head.not_recordable(now) is not None:
        changes = ()
    return await save_marks(uow, sheet, changes, author=author, cause=SYSTEM, settings=settings, now=now)
