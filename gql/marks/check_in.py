"""checkIn: staff or a kiosk say that a student is there (R4.3, R4.8, R5.4)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.marks.check_in import check_in
from attendance.actions.marks.save_marks import Recorded
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from attendance.rules.vocabulary import AttendanceStatus, Portal
from db.kiosk.kiosk_families import find_mark
from db.unit_of_work import UnitOfWork
from gql.calendar.occurrence import Occurrence
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, decode_occurrence_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.kiosk.kiosk import KioskReadOnly, OutsideCheckInWindow
from gql.marks.attendance_recorded import show_recorded
from gql.marks.attendance_refusals import AttendanceNotRecordable, CheckInModeOff, StudentNotOnRoster
from gql.roster.roster import RosterEntry
from gql.tokens.makeup_token import MakeupToken


@strawberry.input(description="A student who is there.")
class CheckInInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that the student came to.")
    student_id: strawberry.ID = strawberry.field(description="A student on its roll sheet.")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(
    description="The student is there, now or since before: whoever was there already keeps the first time and status. "
    "At a kiosk an excuse that staff gave stands too, and `status` tells it. A kiosk is told the status and its time, "
    "and nothing else."
)
class CheckInSuccess:
    status: AttendanceStatus | None = strawberry.field(
        description="How the student is marked now; null: a request sent again, and the mark has been cleared since."
    )
    marked_at: datetime | None = strawberry.field(description="When that mark was made; null: there is none any more.")
    occurrence: Occurrence | None = strawberry.field(description="As it is now; null: the caller is a kiosk.")
    entry: RosterEntry | None = strawberry.field(
        description="The student's row as it is now. Null: the caller is a kiosk, or this is a request sent again, and "
        "the row has gone since."
    )
    changed_entries: list[RosterEntry] = strawberry.field(
        description="The rows whose marks this act changed, by last name, with those that the first check-in marked "
        "absent. Rows that said so already are none; a kiosk is told none."
    )
    issued_tokens: list[MakeupToken] = strawberry.field(
        description="Makeup tokens that it issued or reinstated at once; a kiosk is told none."
    )
    revoked_tokens: list[MakeupToken] = strawberry.field(
        description="Unused makeup tokens that it took back, since their absence is none any more; a kiosk is told "
        "none."
    )


CheckInResult: TypeAlias = Annotated[
    CheckInSuccess
    | CheckInModeOff
    | KioskReadOnly
    | OutsideCheckInWindow
    | AttendanceNotRecordable
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union("CheckInResult", description="How the student is marked, or why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[CheckInInput, strawberry.argument(description="Who is there, and where.")]
) -> CheckInResult | None:
    key = decode_occurrence_id(input.occurrence_id, "input.occurrenceId")
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    async with act_once(
        info, input, Recorded, lambda uow, viewer, now: check_in(uow, viewer, key, student_id, now=now)
    ) as done:
        if done.viewer.caller.portal is Portal.KIOSK:
            return await _show_to_kiosk(done.uow, key, student_id)
        shown = await show_recorded(done, key)
        entry = shown.entries.get(student_id)
        mark = None if entry is None else entry.mark
        return CheckInSuccess(
            **shown.fields,
            entry=entry,
            status=None if mark is None else mark.status,
            marked_at=None if mark is None else mark.marked_at,
        )


async def _show_to_kiosk(uow: UnitOfWork, key: OccurrenceKey, student_id: UUID) -> CheckInSuccess:
    mark = await find_mark(uow.connection, uow.organization_id, key, student_id)
    return CheckInSuccess(
        status=None if mark is None else AttendanceStatus(mark.status),
        marked_at=None if mark is None else mark.marked_at,
        occurrence=None,
        entry=None,
        changed_entries=[],
        issued_tokens=[],
        revoked_tokens=[],
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Check one student in, at a kiosk or while check-in mode is on in the caller's portal: PRESENT, or "
    "TARDY when the class has started and the setting says so (after its end a kiosk says TARDY; staff then record "
    "what was). An absence, by default or not, becomes the check-in; whoever is there already stays as first checked "
    "in, so that repeating is harmless. The first check-in marks all who have no mark ABSENT by default, or "
    "EXCUSED_ABSENCE where that was approved beforehand. Office and Staff Portal, attendance FULL. A kiosk reaches "
    "today's occurrences at its location, within its check-in window, leaves an excuse that staff gave as it is, and "
    "its makeup tokens wait for the deferred runs. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE, by_name=[Portal.KIOSK]),
)
