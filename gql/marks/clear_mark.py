"""clearMark: take back one student's mark (R4.1, R4.3)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.marks.clear_mark import clear_mark
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.arguments import checked_seen_revision
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


@strawberry.input(description="Whose mark is to be taken back.")
class ClearMarkInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that the mark is of.")
    student_id: strawberry.ID = strawberry.field(description="A student on its roll sheet.")
    seen_revision: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The occurrence's revision that the caller's screen shows, from 0. When somebody else has changed "
        "this mark since, nothing is cleared and AttendanceConflict tells what stands there. Left out or null: the "
        "last one wins.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is not marked any more. What was marked before stays in the history.")
class ClearMarkSuccess(AttendanceRecorded):
    entry: RosterEntry | None = strawberry.field(
        description="The student's row as it is now; null: it was subdued, and the mark alone had kept it."
    )


ClearMarkResult: TypeAlias = Annotated[
    ClearMarkSuccess
    | CheckInModeOff
    | AttendanceNotRecordable
    | AttendanceConflict
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("ClearMarkResult", description="The student's row, or why nothing was cleared."),
]


async def resolve(
    info: Info, input: Annotated[ClearMarkInput, strawberry.argument(description="Whose mark.")]
) -> ClearMarkResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    seen_revision = checked_seen_revision(input.seen_revision)
    async with act_once(
        info,
        input,
        Recorded,
        lambda uow, viewer, now: clear_mark(uow, viewer, key, student_id, seen_revision=seen_revision, now=now),
    ) as done:
        shown = await show_recorded(done, key)
        return ClearMarkSuccess(**shown.fields, entry=shown.entries.get(student_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Take back one student's mark and its note, today or on a past date, while check-in mode is on in the "
    "caller's portal; with it off, `submitAttendance` clears marks. An unused makeup token of the mark is revoked at "
    "once. Clearing what is not marked is harmless. Office and Staff Portal, attendance FULL. An occurrence that the "
    "caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
