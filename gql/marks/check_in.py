"""The mutation `checkIn`: staff or a kiosk check a student in (R4.3, R4.8, R5.4)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.marks.check_in import check_in
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from db.unit_of_work import UnitOfWork
from gql.calendar.occurrence import Occurrence
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.arguments import CAPTURED_DESCRIPTION
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Portal
from gql.kiosk.kiosk import KioskReadOnly, OutsideCheckInWindow
from gql.marks.attendance_recorded import mark_after, show_recorded
from gql.marks.attendance_refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    CapturedTimeNotPossible,
    CheckInModeOff,
    StudentNotOnRoster,
)
from gql.marks.vocabulary import AttendanceStatus
from gql.roster.roster import RosterEntry
from gql.tokens.makeup_token import MakeupToken


@strawberry.input(description="The student to check in.")
class CheckInInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence to which the student came.")
    student_id: strawberry.ID = strawberry.field(description="The id of a student on the occurrence's roll sheet.")
    captured_at: datetime | None = strawberry.field(default=None, description=CAPTURED_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(
    description="The student is checked in. A student who was already checked in keeps the first time and status. At "
    "a kiosk, an absence that staff excused stays as it is, and `status` shows it. A kiosk receives only `status` and "
    "`markedAt`."
)
class CheckInSuccess:
    status: AttendanceStatus | None = strawberry.field(
        description="How the student is marked now. Null when the request was a retry and the mark has been cleared "
        "since."
    )
    marked_at: datetime | None = strawberry.field(description="When that mark was made. Null when `status` is null.")
    occurrence: Occurrence | None = strawberry.field(
        description="The occurrence after the change. Null when the caller is a kiosk."
    )
    entry: RosterEntry | None = strawberry.field(
        description="The student's row after the check-in. Null when the caller is a kiosk, or when the request was a "
        "retry and the row has been removed since."
    )
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this request changed, by last name, then first name. They include the rows "
        "that a check-in marked absent by default, and those whose default went with the last check-in. Rows that "
        "already had the requested mark are not included. Empty when the caller is a kiosk."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="The makeup tokens that this request issued or reinstated at once. Empty when the caller is a "
        "kiosk."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="The unused makeup tokens that this request revoked, because the absence that earned them no "
        "longer exists. Empty when the caller is a kiosk."
    )


CheckInResult: TypeAlias = Annotated[
    CheckInSuccess
    | CheckInModeOff
    | KioskReadOnly
    | OutsideCheckInWindow
    | AttendanceNotRecordable
    | AttendanceConflict
    | CapturedTimeNotPossible
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("CheckInResult", description="The student's mark, or the reason why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[CheckInInput, strawberry.argument(description="The student and the occurrence.")]
) -> CheckInResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    async with act_once(
        info,
        input,
        Recorded,
        lambda uow, viewer, now: check_in(uow, viewer, key, student_id, captured_at=input.captured_at, now=now),
        sheet=key,
    ) as done:
        if done.viewer.caller.portal is Portal.KIOSK:
            return await _show_to_kiosk(done.uow, key, student_id)
        shown = await show_recorded(info, done, key, student_id)
        entry = shown.entry
        mark = None if entry is None else entry.mark
        return CheckInSuccess(
            **shown.fields,
            entry=entry,
            status=None if mark is None else mark.status,
            marked_at=None if mark is None else mark.marked_at,
        )


async def _show_to_kiosk(uow: UnitOfWork, key: OccurrenceKey, student_id: UUID) -> CheckInSuccess:
    mark = await mark_after(uow, key, student_id)
    return CheckInSuccess(
        status=mark.status,
        marked_at=mark.marked_at,
        occurrence=None,
        entry=None,
        changed_entries=[],
        issued_tokens=[],
        revoked_tokens=[],
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Checks one student in, at a kiosk or while check-in mode is on in the caller's portal. The student "
    "is marked PRESENT, or TARDY when the occurrence has started and the setting says so. After the end of the "
    "occurrence a kiosk still marks TARDY, but staff record the past, so they mark PRESENT. A check-in replaces an "
    "absence, whether defaulted or not. A student who is already checked in keeps the first time and status, so "
    "repeating a check-in is harmless. Each check-in marks every student who is unmarked then ABSENT by "
    "default, or EXCUSED_ABSENCE when that was approved beforehand. Needs attendance FULL in the Office Portal or the "
    "Staff Portal. A kiosk reaches only today's occurrences at its location, within its check-in window. A kiosk does "
    "not replace an absence that staff excused. Makeup tokens from its marks wait for the deferred runs. An "
    "occurrence that does not exist or that the caller may not see is answered with NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE, by_name=[Portal.KIOSK]),
)
