"""markAttendance: one student, in check-in mode (R4.3)."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.marks.mark_attendance import StudentMark, mark_attendance
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.marks.marks import WantedMark
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from attendance.rules.vocabulary import AttendanceStatus
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.arguments import NOTE_DESCRIPTION, checked_note, checked_seen_revision
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.marks.attendance_recorded import AttendanceRecorded, show_recorded
from gql.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    CheckInModeOff,
    StudentNotOnRoster,
)
from gql.roster.roster import RosterEntry


@strawberry.input(description="How one student attended.")
class MarkAttendanceInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that the student attended or missed.")
    student_id: strawberry.ID = strawberry.field(description="A student on its roll sheet.")
    status: AttendanceStatus = strawberry.field(description="What the mark says. To take a mark back, use `clearMark`.")
    note: Maybe[str | None] = strawberry.field(default=None, description=NOTE_DESCRIPTION)
    seen_revision: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The occurrence's revision that the caller's screen shows, from 0. When somebody else has changed "
        "this mark since, and differently, nothing is saved and AttendanceConflict tells both values. Left out or "
        "null: the last one wins.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is marked.")
class MarkAttendanceSuccess(AttendanceRecorded):
    entry: RosterEntry | None = strawberry.field(
        description="The student's row as it is now; null: a request sent again, and the row has gone since."
    )


MarkAttendanceResult: TypeAlias = Annotated[
    MarkAttendanceSuccess
    | CheckInModeOff
    | AttendanceNotRecordable
    | AttendanceConflict
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("MarkAttendanceResult", description="The student's row, or why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[MarkAttendanceInput, strawberry.argument(description="The mark.")]
) -> MarkAttendanceResult | None:
    asked = StudentMark(
        decode_occurrence_id(input.occurrence_id, "input.occurrenceId"),
        decode_id(input.student_id, "Student", "input.studentId"),
        WantedMark(input.status, checked_note(input.note, "input")),
        checked_seen_revision(input.seen_revision),
    )
    async with act_once(
        info, input, Recorded, lambda uow, viewer, now: mark_attendance(uow, viewer, asked, now=now)
    ) as done:
        shown = await show_recorded(done, asked.key)
        return MarkAttendanceSuccess(**shown.fields, entry=shown.entries.get(asked.student_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Mark one student, today or on a past date, while check-in mode is on in the caller's portal; with it "
    "off, marks go in through `submitAttendance` alone. The first student who is there marks all who have no mark "
    "ABSENT by default, or EXCUSED_ABSENCE where that was approved beforehand. Open roll sheets hear of it at once. "
    "Office and Staff Portal, attendance FULL; EXCUSED_ABSENCE in the Staff Portal needs EXCUSE_ABSENCES. An "
    "occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
