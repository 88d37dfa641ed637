"""The action that marks one student, in check-in mode (R4.3)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.record_marks import Submission, record_marks
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.check_in import require_check_in_mode
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StudentMark:
    """The mark that is wanted for one row. A status of None clears the mark."""

    key: OccurrenceKey
    student_id: UUID
    wanted: WantedMark
    seen_revision: int | None = None
    captured_at: datetime | None = None


async def mark_attendance(uow: UnitOfWork, viewer: Viewer, asked: StudentMark, *, now: datetime) -> Recorded:
    """Mark one student, like `submit_attendance` with a sheet that names one student. The first present-family mark
    defaults the others (R4.5).

    Calling it again changes nothing. It raises what `submit_attendance` raises, and CheckInModeOff.
    """
    require_check_in_mode(viewer.caller, viewer.settings)
    sheet = await lock_roll_sheet(uow, viewer.caller, asked.key, captured_at=asked.captured_at, now=now)
    submission = Submission(
        asked.key,
        {asked.student_id: asked.wanted},
        seen_revision=asked.seen_revision,
        captured_at=asked.captured_at,
    )
    return await record_marks(uow, viewer, sheet, submission, now=now)
