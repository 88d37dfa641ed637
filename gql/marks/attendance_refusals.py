"""The refusals of mutations that record attendance (R4.10, R4.12)."""

from datetime import datetime

import strawberry

from attendance.rules.marks import attendance_refusals as rules
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError, refusal
from gql.fields.vocabulary import Portal
from gql.marks.vocabulary import AttendanceStatus, CapturedTimeReason, NotRecordableReason


@refusal(
    rules.AttendanceNotRecordable,
    description="Nobody can record attendance for this occurrence now. Nothing was changed. "
    "`occurrence.notRecordable` gives the same reason beforehand.",
)
class AttendanceNotRecordable(UserError):
    reason: NotRecordableReason = strawberry.field(description="Why attendance cannot be recorded.")


@refusal(
    rules.CapturedTimeNotPossible,
    description="The act cannot have been captured at `capturedAt`. Nothing was changed.",
)
class CapturedTimeNotPossible(UserError):
    captured_at_reason: CapturedTimeReason = strawberry.field(description="Why it cannot have been captured then.")


@refusal(
    rules.CheckInModeOff,
    description="Check-in mode is off in the caller's portal, so students cannot be marked one at a time. Nothing was "
    "changed. Use `submitAttendance` instead. The Office Portal and the Staff Portal each have their own switch.",
)
class CheckInModeOff(UserError):
    portal: Portal = strawberry.field(description="The portal in which check-in mode is off: OFFICE or STAFF.")


@refusal(
    rules.StudentNotOnRoster,
    description="Some of the students in the input are not on the roll sheet. None of the marks was saved, not even "
    "those of the other students.",
)
class StudentNotOnRoster(UserError):
    student_ids: list[strawberry.ID] = strawberry.field(description="The ids of the students who have no row.")


@strawberry.type(
    description="A conflict on one row: the mark that the caller wanted, and the mark that somebody else has set since."
)
class ConflictingMark:
    student_id: strawberry.ID = strawberry.field(description="The id of the student whose row it is.")
    wanted_status: AttendanceStatus | None = strawberry.field(
        description="The status that the caller submitted. Null when the mark was to be cleared."
    )
    current_status: AttendanceStatus | None = strawberry.field(
        description="The current status of the row. Null when the row is not marked."
    )
    current_note: str | None = strawberry.field(description="The current note of the row. Null when there is none.")
    changed_at: datetime = strawberry.field(description="When somebody else last changed the mark.")
    revision: int = strawberry.field(
        description="The revision of the occurrence at which somebody else last changed the mark."
    )


@refusal(
    rules.AttendanceConflict,
    description="Since the `seenRevision` of the input, or after its `capturedAt`, somebody else has changed some of "
    "the marks to other values than the input's. Nothing was saved. Show both values to the user, and submit again "
    "with `seenRevision` set to `currentRevision` and without `capturedAt`.",
)
class AttendanceConflict(UserError):
    seen_revision: int = strawberry.field(
        description="The revision that the input gave as seen. When it gave none, the last one before the changes that "
        "are in conflict."
    )
    current_revision: int = strawberry.field(description="The current revision of the occurrence.")
    conflicts: list[ConflictingMark] = strawberry.field(description="The rows that are in conflict.")

    @classmethod
    def of(cls, refusal: rules.AttendanceConflict) -> "AttendanceConflict":
        return cls(
            message=refusal.message,
            seen_revision=refusal.seen_revision,
            current_revision=refusal.current_revision,
            conflicts=[
                ConflictingMark(
                    student_id=encode_id("Student", each.student_id),
                    wanted_status=each.wanted_status,
                    current_status=each.current_status,
                    current_note=each.current_note,
                    changed_at=each.changed_at,
                    revision=each.revision,
                )
                for each in refusal.conflicts
            ],
        )
