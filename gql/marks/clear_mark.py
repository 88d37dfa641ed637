"""The mutation `clearMark` clears one student's mark (R4.1, R4.3)."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.marks.clear_mark import clear_mark
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.arguments import CAPTURED_DESCRIPTION, checked_seen_revision
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
from gql.roster.roster import RosterEntry


@strawberry.input(description="The mark to clear.")
class ClearMarkInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    student_id: strawberry.ID = strawberry.field(description="The id of a student on the occurrence's roll sheet.")
    seen_revision: int | None = strawberry.field(
        default=None,
        description="The revision of the occurrence that the user sees, 0 or more. When somebody else has changed "
        "this mark since, nothing is cleared, and AttendanceConflict shows the current mark. When left out or null, "
        "this is not checked, and the mark is cleared in any case.",
    )
    captured_at: datetime | None = strawberry.field(default=None, description=CAPTURED_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student's mark is cleared. The history still shows what was marked before.")
class ClearMarkSuccess(AttendanceRecorded):
    entry: RosterEntry | None = strawberry.field(
        description="The student's row after the change. Null when there is none any more, because no enrollment "
        "covers the date and only the mark had kept the row."
    )


ClearMarkResult: TypeAlias = Annotated[
    ClearMarkSuccess
    | CheckInModeOff
    | AttendanceNotRecordable
    | AttendanceConflict
    | CapturedTimeNotPossible
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("ClearMarkResult", description="The student's row, or the reason why nothing was cleared."),
]


async def resolve(
    info: Info, input: Annotated[ClearMarkInput, strawberry.argument(description="The student and the occurrence.")]
) -> ClearMarkResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    seen_revision = checked_seen_revision(input.seen_revision)
    async with act_once(
        info,
        input,
        Recorded,
        lambda uow, viewer, now: clear_mark(
            uow, viewer, key, student_id, seen_revision=seen_revision, captured_at=input.captured_at, now=now
        ),
        sheet=key,
    ) as done:
        shown = await show_recorded(info, done, key, student_id)
        return ClearMarkSuccess(**shown.fields, entry=shown.entry)


field = strawberry.mutation(
    resolver=resolve,
    description="Clears one student's mark and its note, for today or a past date, while check-in mode is on in the "
    "caller's portal. When it is off, use `submitAttendance` to clear marks. An unused makeup token of the mark is "
    "revoked at once. When the mark was the last check-in of the occurrence, the absences that were set by default "
    "because of check-ins go with it, save those that somebody has confirmed or changed, and so do the deferred runs "
    "that wait for nothing else. Clearing a student who is not marked is harmless. Needs attendance FULL in the Office "
    "Portal or the Staff Portal. An occurrence that does not exist or that the caller may not see is answered with "
    "NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
