"""The enumerations about marks in the schema, with a description of each value."""

from enum import StrEnum

from attendance.rules.marks.student_attendance import (
    COMING_DAYS,
    AttendanceEnrollments,
    AttendanceRange,
    NotEditableReason,
)
from attendance.rules.vocabulary import (
    AttendanceState,
    AttendanceStatus,
    CapturedTimeReason,
    ChangeKind,
    NotRecordableReason,
)
from gql.fields.described import described

__all__ = [
    "AttendanceEnrollments",
    "AttendanceRange",
    "AttendanceState",
    "AttendanceStatus",
    "CapturedTimeReason",
    "CheckInEventKind",
    "NotEditableReason",
    "NotRecordableReason",
    "QueuedActFault",
]


class CheckInEventKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = ChangeKind.MARKS
    ROSTER = ChangeKind.ROSTER
    CANCELLED = ChangeKind.CANCELLED
    RESTORED = ChangeKind.RESTORED


class QueuedActFault(StrEnum):
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"
    INTERNAL = "INTERNAL"


described(
    AttendanceState,
    "How far attendance has been taken.",
    {
        AttendanceState.NOT_TAKEN: "No row is marked. This includes an empty roster.",
        AttendanceState.IN_PROGRESS: "Some rows are marked and others are not.",
        AttendanceState.TAKEN: "Every row is marked.",
    },
)
described(
    AttendanceStatus,
    "How a student attended an occurrence. The first four values mean that the student was there; they are called the "
    "present family.",
    {
        AttendanceStatus.PRESENT: "The student was there from start to end.",
        AttendanceStatus.TARDY: "The student was there, but came late.",
        AttendanceStatus.LEFT_EARLY: "The student was there, but left early.",
        AttendanceStatus.TARDY_AND_LEFT_EARLY: "The student was there, but came late and left early.",
        AttendanceStatus.ABSENT: "The student was not there.",
        AttendanceStatus.EXCUSED_ABSENCE: "The student was not there and is excused.",
    },
)
described(
    NotRecordableReason,
    "Why attendance cannot be recorded for an occurrence.",
    {
        NotRecordableReason.NOT_SCHEDULED: "The offering is not scheduled to meet on the date.",
        NotRecordableReason.CLOSED: "The program's blackout schedule closes the date.",
        NotRecordableReason.CANCELLED: "The occurrence was cancelled.",
        NotRecordableReason.IN_THE_FUTURE: "The date has not come yet at the location.",
    },
)
described(
    CapturedTimeReason,
    "Why an act cannot have been captured at a time.",
    {
        CapturedTimeReason.AHEAD: "The time is more than two minutes ahead of the server's clock.",
        CapturedTimeReason.BEFORE_DAY: "The time is before the day of the occurrence at its location.",
        CapturedTimeReason.TOO_OLD: "The time is more than 7 days ago.",
    },
)
described(
    AttendanceEnrollments,
    "Of which enrollments a student's occurrences are listed.",
    {
        AttendanceEnrollments.ALL: "Current and previous enrollments.",
        AttendanceEnrollments.CURRENT: "Only enrollments that have not ended by today's date at their location, "
        "including those that have not begun.",
        AttendanceEnrollments.PREVIOUS: "Only enrollments that have ended, and occurrences at which the student has a "
        "mark but no enrollment.",
    },
)
described(
    AttendanceRange,
    "Which of a student's occurrences are listed.",
    {
        AttendanceRange.ALL: f"Past occurrences, today's, and those of the next {COMING_DAYS} days.",
        AttendanceRange.PAST: "Only occurrences that have started.",
    },
)
described(
    CheckInEventKind,
    "What an event of a day's check-ins is about.",
    {
        CheckInEventKind.SNAPSHOT: "The event holds the current tally of the day. It is the first event of a new "
        "stream. It is also sent when a new local day begins, and instead of events that can no longer be sent one by "
        "one.",
        CheckInEventKind.MARKS: "Students were checked in, or marks were made, changed or cleared in another way.",
        CheckInEventKind.ROSTER: "Rows were added, removed or changed in something other than their mark.",
        CheckInEventKind.CANCELLED: "The occurrence was cancelled. Its rows no longer count in any tally.",
        CheckInEventKind.RESTORED: "The occurrence was restored: its cancellation was taken back.",
    },
)
described(
    NotEditableReason,
    "Why the viewer cannot mark the student. When several reasons apply, the first of them is given.",
    {
        NotEditableReason.NOT_SCHEDULED: "The offering is not scheduled to meet on the date.",
        NotEditableReason.CLOSED: "The program's blackout schedule closes the date.",
        NotEditableReason.CANCELLED: "The occurrence was cancelled.",
        NotEditableReason.IN_THE_FUTURE: "The date has not come yet at the location.",
        NotEditableReason.NO_PERMISSION: "The viewer may not record attendance. Guardians never may.",
        NotEditableReason.CHECK_IN_MODE_OFF: "Check-in mode is off in the viewer's portal. Use `submitAttendance` "
        "with the roll sheet; students cannot be marked one at a time.",
    },
)
described(
    QueuedActFault,
    "Why an act cannot be recorded, however often it is sent.",
    {
        QueuedActFault.NOT_FOUND: "The occurrence does not exist, or the caller may not see it.",
        QueuedActFault.FORBIDDEN: "The act cannot be done from the caller's portal.",
        QueuedActFault.NOT_UNDERSTOOD: "The act has values that do not fit, or its idempotency key was used for "
        "another one. The message says which.",
        QueuedActFault.INTERNAL: "The server failed. It is logged there.",
    },
)
