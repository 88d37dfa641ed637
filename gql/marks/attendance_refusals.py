"""What recording attendance can be refused for (R4.10, R4.12)."""

from datetime import datetime

import strawberry

from attendance.rules import refusals
from attendance.rules.vocabulary import AttendanceStatus, NotRecordableReason, Portal
from gql.fields import vocabulary  # noqa: F401 - describes the enumerations that these types speak
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError


@strawberry.type(
    description="Attendance cannot be recorded for this occurrence now, by anybody. Nothing was changed. "
    "`occurrence.notRecordable` tells the same beforehand."
)
class AttendanceNotRecordable(UserError):
    reason: NotRecordableReason = strawberry.field(description="Why.")

    @classmethod
    def of(cls, refusal: refusals.AttendanceNotRecordable) -> "AttendanceNotRecordable":
        return cls(message=refusal.message, reason=refusal.reason)


@strawberry.type(
    description="Attendance of one student at a time needs check-in mode, which is off in the caller's portal; the "
    "Office Portal and the Staff Portal each have a switch of their own. Nothing was changed. Use `submitAttendance`."
)
class CheckInModeOff(UserError):
    portal: Portal = strawberry.field(description="Where it is off: OFFICE or STAFF.")

    @classmethod
    def of(cls, refusal: refusals.CheckInModeOff) -> "CheckInModeOff":
        return cls(message=refusal.message, portal=refusal.portal)


@strawberry.type(
    description="Some of the students named are not on the roll sheet. None of the marks was saved, "
    "those of the other students neither."
)
class StudentNotOnRoster(UserError):
    student_ids: list[strawberry.ID] = strawberry.field(description="Ids of the students without a row.")

    @classmethod
    def of(cls, refusal: refusals.StudentNotOnRoster) -> "StudentNotOnRoster":
        return cls(message=refusal.message, student_ids=[encode_id("Student", each) for each in refusal.student_ids])


@strawberry.type(description="What the caller wanted for a row, and what somebody else has put there since.")
class ConflictingMark:
    student_id: strawberry.ID = strawberry.field(description="Whose row it is.")
    wanted_status: AttendanceStatus | None = strawberry.field(
        description="The status that was submitted; null: the mark was to be cleared."
    )
    current_status: AttendanceStatus | None = strawberry.field(
        description="The status that stands there; null: not marked."
    )
    current_note: str | None = strawberry.field(description="The note that stands there; null: none.")
    changed_at: datetime = strawberry.field(description="When somebody else last changed it.")
    revision: int = strawberry.field(description="The revision of the occurrence in which they did.")


@strawberry.type(
    description="Somebody else has changed some of the marks after the `seenRevision` of the input, and differently. "
    "Nothing was saved. Show both values, and submit again with `seenRevision` set to `currentRevision`."
)
class AttendanceConflict(UserError):
    seen_revision: int = strawberry.field(description="The revision that the caller had seen.")
    current_revision: int = strawberry.field(description="The revision of the occurrence now.")
    conflicts: list[ConflictingMark] = strawberry.field(description="The rows in question.")

    @classmethod
    def of(cls, refusal: refusals.AttendanceConflict) -> "AttendanceConflict":
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
