"""The mutation `markAttendance` marks one student, in check-in mode (R4.3)."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.marks.mark_attendance import StudentMark, mark_attendance
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.arguments import CAPTURED_DESCRIPTION, NOTE_DESCRIPTION, checked_note, checked_seen_revision
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.marks.attendance_recorded import AttendanceRecorded, show_recorded
from gql.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    CapturedTimeNotPossible,
    CheckInModeOff,
    StudentNotOnRoster,
)
from gql.marks.vocabulary import AttendanceStatus
from gql.roster.roster import RosterEntry


@strawberry.input(description="The mark of one student.")
class MarkAttendanceInput:
    occurrence_id: strawberry.ID = strawberry.field(
        description="The id of the occurrence that the student attended or missed."
    )
    student_id: strawberry.ID = strawberry.field(description="The id of a student on the occurrence's roll sheet.")
    status: AttendanceStatus = strawberry.field(description="The status to record. To remove a mark, use `clearMark`.")
    note: Maybe[str | None] = strawberry.field(default=None, description=NOTE_DESCRIPTION)
    seen_revision: int | None = strawberry.field(
        default=None,
        description="The revision of the occurrence that the user sees, 0 or more. When somebody else has since "
        "changed this mark to another value, nothing is saved, and AttendanceConflict shows both values. When left "
        "out or null, this is not checked, and the last change wins.",
    )
    captured_at: datetime | None = strawberry.field(default=None, description=CAPTURED_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is marked.")
class MarkAttendanceSuccess(AttendanceRecorded):
    entry: RosterEntry | None = strawberry.field(
        description="The student's row after the change. Null when the request was a retry and the row has been "
        "removed since."
    )


MarkAttendanceResult: TypeAlias = Annotated[
    MarkAttendanceSuccess
    | CheckInModeOff
    | AttendanceNotRecordable
    | AttendanceConflict
    | CapturedTimeNotPossible
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("MarkAttendanceResult", description="The student's row, or the reason why nothing was saved."),
]


async def resolve(
    info: Info,
    input: Annotated[MarkAttendanceInput, strawberry.argument(description="The student, the occurrence and the mark.")],
) -> MarkAttendanceResult | None:
    asked = StudentMark(
        decode_occurrence_id(input.occurrence_id, "input.occurrenceId"),
        decode_id(input.student_id, "Student", "input.studentId"),
        WantedMark(input.status, checked_note(input.note, "input")),
        checked_seen_revision(input.seen_revision),
        input.captured_at,
    )
    async with act_once(
        info, input, Recorded, lambda uow, viewer, now: mark_attendance(uow, viewer, asked, now=now), sheet=asked.key
    ) as done:
        shown = await show_recorded(info, done, asked.key, asked.student_id)
        return MarkAttendanceSuccess(**shown.fields, entry=shown.entry)


field = strawberry.mutation(
    resolver=resolve,
    description="Marks one student, for today or a past date, while check-in mode is on in the caller's portal. When "
    "it is off, use `submitAttendance`. A student who is marked as being there is checked in: this "
    "marks every unmarked student ABSENT by default, or EXCUSED_ABSENCE when that was approved beforehand. "
    "Subscribers to the roll sheet receive the change at once. Needs attendance FULL in the Office Portal or the "
    "Staff Portal; EXCUSED_ABSENCE in the Staff Portal also needs EXCUSE_ABSENCES. An occurrence that does not exist "
    "or that the caller may not see is answered with NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
