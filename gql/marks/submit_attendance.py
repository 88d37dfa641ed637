"""submitAttendance: the roll sheet, all of it or nothing (R4.2)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import Maybe

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.submit_attendance import submit_attendance
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
from gql.marks.attendance_refusals import AttendanceConflict, AttendanceNotRecordable, StudentNotOnRoster
from gql.protocol.errors import BadInput

MARK_LIMIT = 500


@strawberry.input(description="What to record for one student.")
class MarkInput:
    student_id: strawberry.ID = strawberry.field(description="A student on the roll sheet; each at most once.")
    status: AttendanceStatus | None = strawberry.field(description="Null clears the mark, and its note with it.")
    note: Maybe[str | None] = strawberry.field(
        default=None,
        description=NOTE_DESCRIPTION,
    )


@strawberry.input(description="A roll sheet as its taker leaves it. Marks that are not named stay as they are.")
class SubmitAttendanceInput:
    occurrence_id: strawberry.ID = strawberry.field(description="The occurrence that attendance was taken for.")
    marks: list[MarkInput] = strawberry.field(
        default_factory=list, description=f"At most {MARK_LIMIT}. They are saved all together or not at all."
    )
    mark_rest: AttendanceStatus | None = strawberry.field(
        default=strawberry.UNSET,
        description="Marks every student who is neither named in `marks` nor marked already. Left out or null: nobody.",
    )
    seen_revision: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="The occurrence's revision that the caller's screen shows, from 0. When somebody else has changed "
        "one of the named marks since, and differently, nothing is saved and AttendanceConflict tells both values. "
        "Left out or null: the last one wins.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The roll sheet was saved.")
class SubmitAttendanceSuccess(AttendanceRecorded):
    pass


SubmitAttendanceResult: TypeAlias = Annotated[
    SubmitAttendanceSuccess | AttendanceNotRecordable | AttendanceConflict | StudentNotOnRoster | PermissionDenied,
    strawberry.union("SubmitAttendanceResult", description="The saved roll sheet, or why nothing was saved."),
]


async def resolve(
    info: Info, input: Annotated[SubmitAttendanceInput, strawberry.argument(description="The roll sheet.")]
) -> SubmitAttendanceResult | None:
    submission = _submission(input)
    async with act_once(
        info, input, Recorded, lambda uow, viewer, now: submit_attendance(uow, viewer, submission, now=now)
    ) as done:
        shown = await show_recorded(done, submission.key)
        return SubmitAttendanceSuccess(**shown.fields)


def _submission(given: SubmitAttendanceInput) -> Submission:
    if len(given.marks) > MARK_LIMIT:
        raise BadInput(f"input.marks has {len(given.marks)} entries; at most {MARK_LIMIT} are allowed.")
    seen_revision = checked_seen_revision(given.seen_revision)
    marks: dict[UUID, WantedMark] = {}
    for place, mark in enumerate(given.marks):
        student = decode_id(mark.student_id, "Student", f"input.marks.{place}.studentId")
        if student in marks:
            raise BadInput(f"input.marks.{place} names a student who was named before; name each once.")
        note = checked_note(mark.note, f"input.marks.{place}")
        if isinstance(note, str) and mark.status is None:
            raise BadInput(f"input.marks.{place} clears the mark; a note needs a status.")
        marks[student] = WantedMark(mark.status, note)
    key = decode_occurrence_id(given.occurrence_id, "input.occurrenceId")
    return Submission(key, marks, given.mark_rest or None, seen_revision)


field = strawberry.mutation(
    resolver=resolve,
    description="Save a roll sheet: many marks at once, for today or a past date, all of them or none. Open roll "
    "sheets hear of it at once. An absence earns its makeup token in the same act or by a deferred run, as the "
    "portal's check-in mode says. Office and Staff Portal, attendance FULL; EXCUSED_ABSENCE in the Staff Portal needs "
    "EXCUSE_ABSENCES. An occurrence that the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
