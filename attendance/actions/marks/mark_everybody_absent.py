"""The action that, at the end of the day, marks an occurrence absent to which nobody checked in (R4.13)."""

from datetime import datetime

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet_for_the_system
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.check_in import default_everybody
from db.calendar.days import was_marked_by_the_system
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


async def mark_everybody_absent(uow: UnitOfWork, key: OccurrenceKey, *, now: datetime) -> Recorded:
    """Give the whole roster defaulted absences, excused where that was approved beforehand, and arm token runs.

    It does nothing when the setting is off, the occurrence is not held, or there is a mark. It acts only once: marks
    that staff cleared afterwards are not made again. The caller must know that the day has ended.
    """
    settings = await read_settings(uow.connection, uow.organization_id)
    sheet = await lock_roll_sheet_for_the_system(uow, key)
    is_due = (
        settings.classes.mark_absent_when_nobody_checks_in
        and sheet.head.not_recordable(now) is None
        and not await was_marked_by_the_system(uow, key)
    )
    changes = default_everybody(sheet.rows) if is_due else ()
    return await save_marks(uow, sheet, changes, author=SYSTEM, settings=settings, now=now)
