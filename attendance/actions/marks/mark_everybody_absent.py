"""At the end of the day: an occurrence that nobody checked in to (R4.13)."""

from datetime import datetime

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.actions.marks.steps.open_roll_sheet import open_for_the_system
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.check_in import default_everybody
from db.calendar.days import was_marked_by_the_system
from db.marks.changes import SYSTEM
from db.organization.settings import read_settings
from db.unit_of_work import UnitOfWork


async def mark_everybody_absent(uow: UnitOfWork, key: OccurrenceKey, *, now: datetime) -> Recorded:
    """Defaulted absences for the whole roster, excused where that was approved beforehand, and token runs armed.

    Nothing where the setting is off, the occurrence is not held, or there is a mark; and once only: marks that staff
    took back afterwards are not made again. The caller knows that the day has ended.
    """
    settings = await read_settings(uow.connection, uow.organization_id)
    sheet = await open_for_the_system(uow, key)
    is_due = (
        settings.classes.mark_absent_when_nobody_checks_in
        and sheet.head.not_recordable(now) is None
        and not await was_marked_by_the_system(uow.connection, key)
    )
    changes = default_everybody(sheet.rows) if is_due else ()
    return await save_marks(uow, sheet, changes, author=SYSTEM, settings=settings, now=now)
