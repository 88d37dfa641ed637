"""The mutation `undoKioskCheckIn`: a kiosk takes a wrong check-in back (R4.5b)."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.undo_kiosk_check_in import undo_kiosk_check_in
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.kiosk.kiosk import CheckInNotUndoable, KioskReadOnly
from gql.marks.attendance_recorded import mark_after
from gql.marks.attendance_refusals import AttendanceNotRecordable, StudentNotOnRoster
from gql.marks.vocabulary import AttendanceStatus


@strawberry.input(description="The check-in to take back.")
class UndoKioskCheckInInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    student_id: strawberry.ID = strawberry.field(description="The id of the student who was checked in.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The check-in is taken back. The student's row has the mark from before.")
class UndoKioskCheckInSuccess:
    status: AttendanceStatus | None = strawberry.field(
        description="How the student is marked now. Null when the student is not marked."
    )
    marked_at: datetime | None = strawberry.field(description="When that mark was set. Null when `status` is null.")


UndoKioskCheckInResult: TypeAlias = Annotated[
    UndoKioskCheckInSuccess | CheckInNotUndoable | KioskReadOnly | AttendanceNotRecordable | StudentNotOnRoster,
    strawberry.union(
        "UndoKioskCheckInResult", description="The student's mark, or the reason why the check-in was not taken back."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[UndoKioskCheckInInput, strawberry.argument(description="The student and the occurrence.")],
) -> UndoKioskCheckInResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    async with act_once(
        info,
        input,
        Recorded,
        lambda uow, viewer, now: undo_kiosk_check_in(uow, viewer, key, student_id, now=now),
        sheet=key,
    ) as done:
        mark = await mark_after(done.uow, key, student_id)
        return UndoKioskCheckInSuccess(status=mark.status, marked_at=mark.marked_at)


field = strawberry.mutation(
    resolver=resolve,
    description="Takes back a check-in that this kiosk made within the last minute, such as a tap on the wrong name. "
    "The student's row has the mark from before, or none. When nobody else is checked in, the absences that were set "
    "by default because of check-ins are taken back too, save those that somebody has confirmed or changed, and so are "
    "the deferred runs that wait for nothing else. While others are checked in, a student who was not marked before is "
    "ABSENT by default. For kiosks only. An occurrence that does not exist or that the kiosk does not reach is "
    "answered with NOT_FOUND.",
    metadata=signed_in(Portal.KIOSK),
)
