"""The step of a merge that leaves one mark where both students have one (R13.6)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from attendance.actions.marks.save_marks import save_marks
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet_for_the_system
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkChange
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.merging import MergePlan, SharedOccurrence
from attendance.rules.vocabulary import MergeSide
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def settle_shared(
    uow: UnitOfWork, viewer: Viewer, plan: MergePlan, left: Mapping[OccurrenceKey, MergeSide], *, now: datetime
) -> None:
    """Clear the merged student's mark at each of these occurrences, and give it to the other student where it is the
    one that stays, as one change each. The tokens follow the marks. Families are not written to.

    The caller holds the locks of the occurrences and of both students.
    """
    author = Author.of(viewer.caller)
    classes = replace(viewer.settings.classes, consecutive_absences_notice=None)
    quiet = replace(viewer.settings, classes=classes)
    for each in plan.shared:
        if each.key not in left:
            continue
        changes, restored = _changes(plan, each, left[each.key])
        sheet = await lock_roll_sheet_for_the_system(uow, each.key)
        await save_marks(uow, sheet, changes, author=author, restored={plan.into_id: restored}, settings=quiet, now=now)


def _changes(plan: MergePlan, each: SharedOccurrence, side: MergeSide) -> tuple[list[MarkChange], Author]:
    """Return the changes, and who had made the mark that is given to the other student."""
    held, other = each.from_mark, each.into_mark
    if held is None:
        raise ValueError("nothing to settle")
    changes = [MarkChange(plan.from_id, held.enrollment_id, held.value, None)]
    if side is MergeSide.FROM:
        before = None if other is None else other.value
        enrollment_id = held.enrollment_id if other is None else other.enrollment_id
        if before != held.value:
            changes.append(MarkChange(plan.into_id, enrollment_id, before, held.value))
    return changes, Author(held.value.source, held.marked_by_id, held.kiosk_id)
