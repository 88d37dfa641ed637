"""checkIn: staff say that a student is there (R4.3, R4.8)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.check_in import check_in
from attendance.actions.save_marks import Recorded
from attendance.rules.permissions import RECORD_ATTENDANCE
from gql.context import Info, changing
from gql.global_ids import decode_id, decode_occurrence_id
from gql.idempotency import KEY_DESCRIPTION, once
from gql.permissions import requires
from gql.types.attendance_recorded import AttendanceRecorded, show_recorded
from gql.types.attendance_refusals import AttendanceNotRecordable, CheckInModeOff, StudentNotOnRoster
from gql.types.refusals import PermissionDenied
from gql.types.roster import RosterEntry


@strawberry.input(description="A student who is there.")
class CheckInInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that the student came to.")
    student_id: strawberry.ID = strawberry.field(description="A student on its roll sheet.")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is checked in, now or since before.")
class CheckInSuccess(AttendanceRecorded):
    entry: RosterEntry | None = strawberry.field(
        description="The student's row as it is now; a student who was there before keeps the first time and status. "
        "Null: a request sent again, and the row has gone since."
    )


CheckInResult: TypeAlias = Annotated[
    CheckInSuccess | CheckInModeOff | AttendanceNotRecordable | StudentNotOnRoster | PermissionDenied,
    strawberry.union("CheckInResult", description="The student's row, or why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[CheckInInput, strawberry.argument(description="Who is there, and where.")]
) -> CheckInResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    now = info.context.clock()
    async with changing(info) as changes:
        uow, viewer = changes
        done = await once(
            uow,
            lambda: check_in(uow, viewer, key, student_id, now=now),
            Recorded,
            caller=viewer.caller,
            mutation="checkIn",
            given=input,
            now=now,
        )
        shown = await show_recorded(changes, key, done, now)
        return CheckInSuccess(**shown.fields, entry=shown.entries.get(student_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Check one student in, while check-in mode is on in the caller's portal: PRESENT, or TARDY when the "
    "class has started and the setting says so (not after its end: staff then record what was). An absence, by default "
    "or not, becomes the check-in; whoever is there already stays as first checked in, so that repeating is harmless. "
    "The first check-in marks all who have no mark ABSENT by default, or EXCUSED_ABSENCE where that was approved "
    "beforehand. Office and Staff Portal, attendance FULL. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
