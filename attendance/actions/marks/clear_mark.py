"""The action that clears the mark of one student, in check-in mode (R4.1, R4.3)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.marks.mark_attendance import StudentMark, mark_attendance
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork


async def clear_mark(
    uow: UnitOfWork,
    viewer: Viewer,
    key: OccurrenceKey,
    student_id: UUID,
    *,
    seen_revision: int | None = None,
    captured_at: datetime | None = None,
    now: datetime,
) -> Recorded:
    """Clear the mark and its note. An unused makeup token of the mark is revoked at once.

    captured_at -- when a client that was offline captured it (R14.1); None when it was made now.

    Calling it again changes nothing. It raises what `mark_attendance` raises.
    """
    asked = StudentMark(key, student_id, WantedMark(None), seen_revision, captured_at)
    return await mark_attendance(uow, viewer, asked, now=now)
