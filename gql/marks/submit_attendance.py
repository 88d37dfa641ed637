"""The mutation `submitAttendance` saves a roll sheet, all of it or nothing (R4.2)."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry import Maybe

from attendance.actions.marks.record_marks import Submission
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.submit_attendance import submit_attendance
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
    StudentNotOnRoster,
)
from gql.marks.vocabulary import AttendanceStatus
from gql.protocol.errors import BadInput

MARK_LIMIT = 500


@strawberry.input(description="The mark of one student.")
class MarkInput:
    student_id: strawberry.ID = strawberry.field(
        description="The id of a student on the roll sheet. Each student can appear once."
    )
    status: AttendanceStatus | None = strawberry.field(
        default=None,
        description="The status to record. Null, or leaving it out, clears the mark together with its note.",
    )
    note: Maybe[str | None] = strawberry.field(
        default=None,
        description=NOTE_DESCRIPTION,
    )


@strawberry.input(
    description="The marks of a roll sheet. Marks of students who are not named stay unchanged, except as `markRest` "
    "says."
)
class SubmitAttendanceInput:
    occurrence_id: strawberry.ID = strawberry.field(
        description="The id of the occurrence for which attendance was taken."
    )
    marks: list[MarkInput] = strawberry.field(
        default_factory=list,
        description=f"The marks to save, at most {MARK_LIMIT}. Either all of them are saved or none.",
    )
    mark_rest: AttendanceStatus | None = strawberry.field(
        default=None,
        description="The status for every student who is not named in `marks` and whom nobody has marked. These are "
        "the students without a mark and those who are marked by default. When left out or null, no other student is "
        "marked.",
    )
    seen_revision: int | None = strawberry.field(
        default=None,
        description="The revision of the occurrence that the user sees, 0 or more. When somebody else has since "
        "changed one of the named marks to another value, nothing is saved, and AttendanceConflict shows both values. "
        "When left out or null, this is not checked, and the last change wins.",
    )
    captured_at: datetime | None = strawberry.field(default=None, description=CAPTURED_DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The roll sheet was saved.")
class SubmitAttendanceSuccess(AttendanceRecorded):
    pass


SubmitAttendanceResult: TypeAlias = Annotated[
    SubmitAttendanceSuccess
    | AttendanceNotRecordable
    | AttendanceConflict
    | CapturedTimeNotPossible
    | StudentNotOnRoster
    | PermissionDenied,
    strawberry.union(
        "SubmitAttendanceResult", description="The saved roll sheet, or the reason why nothing was saved."
    ),
]


async def resolve(
    info: Info, input: Annotated[SubmitAttendanceInput, strawberry.argument(description="The roll sheet to save.")]
) -> SubmitAttendanceResult | None:
    submission = _submission(input)
    async with act_once(
        info,
        input,
        Recorded,
        lambda uow, viewer, now: submit_attendance(uow, viewer, submission, now=now),
        sheet=submission.key,
    ) as done:
        shown = await show_recorded(info, done, submission.key)
        return SubmitAttendanceSuccess(**shown.fields)


def _submission(given: SubmitAttendanceInput) -> Submission:
    if len(given.marks) > MARK_LIMIT:
        raise BadInput(f"input.marks has {len(given.marks)} entries; at most {MARK_LIMIT} are allowed.")
    seen_revision = checked_seen_revision(given.seen_revision)
    marks: dict[UUID, WantedMark] = {}
    for place, mark in enumerate(given.marks):
        student = decode_id(mark.student_id, "Student", f"input.marks.{place}.studentId")
        if student in marks:
            raise BadInput(f"input.marks.{place} names a student who was already named. Name each student once.")
        note = checked_note(mark.note, f"input.marks.{place}")
        if isinstance(note, str) and mark.status is None:
            raise BadInput(f"input.marks.{place} clears the mark, so it cannot have a note.")
        marks[student] = WantedMark(mark.status, note)
    key = decode_occurrence_id(given.occurrence_id, "input.occurrenceId")
    return Submission(key, marks, given.mark_rest, seen_revision, given.captured_at)


field = strawberry.mutation(
    resolver=resolve,
    description="Saves a roll sheet: many marks at once, for today or a past date, all of them or none. Subscribers to "
    "the roll sheet receive the change at once. An absence from a class can earn a makeup token, either at once or by "
    "a deferred run, depending on check-in mode in the caller's portal. Clearing the last check-in takes its defaults "
    "back, as `clearMark` does. Needs attendance FULL in the Office Portal or the Staff Portal; EXCUSED_ABSENCE in the "
    "Staff Portal also needs EXCUSE_ABSENCES. An occurrence that does not exist or that the caller may not see is "
    "answered with NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
