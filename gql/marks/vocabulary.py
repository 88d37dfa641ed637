"""The enumerations of marks as the schema has them, each value described."""

from enum import StrEnum

from attendance.rules.marks.student_attendance import COMING_DAYS, AttendanceRange, NotEditableReason
from attendance.rules.vocabulary import AttendanceState, AttendanceStatus, ChangeKind, NotRecordableReason
from gql.fields.described import described

__all__ = [
    "AttendanceRange",
    "AttendanceState",
    "AttendanceStatus",
    "CheckInEventKind",
    "NotEditableReason",
    "NotRecordableReason",
]


class CheckInEventKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = ChangeKind.MARKS
    ROSTER = ChangeKind.ROSTER
    CANCELLED = ChangeKind.CANCELLED
    RESTORED = ChangeKind.RESTORED


described(
    AttendanceState,
    "How far attendance has been taken.",
    {
        AttendanceState.NOT_TAKEN: "No row is marked. An empty roster is not taken either.",
        AttendanceState.IN_PROGRESS: "Some rows are marked, others are not.",
        AttendanceState.TAKEN: "Every row is marked.",
    },
)
described(
    AttendanceStatus,
    "How a student attended. The first four are the present family.",
    {
        AttendanceStatus.PRESENT: "There, from start to end.",
        AttendanceStatus.TARDY: "There, but came late.",
        AttendanceStatus.LEFT_EARLY: "There, but left early.",
        AttendanceStatus.TARDY_AND_LEFT_EARLY: "There, but came late and left early.",
        AttendanceStatus.ABSENT: "Not there.",
        AttendanceStatus.EXCUSED_ABSENCE: "Not there, and excused.",
    },
)
described(
    NotRecordableReason,
    "Why attendance cannot be recorded for an occurrence.",
    {
        NotRecordableReason.NOT_SCHEDULED: "It is not scheduled to meet on the date.",
        NotRecordableReason.CLOSED: "A blackout closes the date.",
        NotRecordableReason.CANCELLED: "It was cancelled.",
        NotRecordableReason.IN_THE_FUTURE: "Its date, at its location, has not come yet.",
    },
)
described(
    AttendanceRange,
    "Which of a student's occurrences are listed.",
    {
        AttendanceRange.ALL: f"Those of the past, of today, and of the next {COMING_DAYS} days.",
        AttendanceRange.PAST: "Those that have started.",
    },
)
described(
    CheckInEventKind,
    "What an event of a day's check-ins is about.",
    {
        CheckInEventKind.SNAPSHOT: "The tally of the day as it stands. It comes first, when a new local day begins "
        "that is followed, and in place of events that can no longer be told one by one.",
        CheckInEventKind.MARKS: "Students were checked in, or marks were made, changed or cleared otherwise.",
        CheckInEventKind.ROSTER: "Students came or left, or their rows changed otherwise.",
        CheckInEventKind.CANCELLED: "The occurrence was cancelled: its rows are in no tally any more.",
        CheckInEventKind.RESTORED: "The occurrence takes place after all.",
    },
)
described(
    NotEditableReason,
    "Why the viewer cannot mark the student. Of several the first one is told.",
    {
        NotEditableReason.NOT_SCHEDULED: "The offering is not scheduled to meet on the date.",
        NotEditableReason.CLOSED: "A blackout closes the date.",
        NotEditableReason.CANCELLED: "The occurrence was cancelled.",
        NotEditableReason.IN_THE_FUTURE: "Its date, at its location, has not come yet.",
        NotEditableReason.NO_PERMISSION: "The viewer may not record attendance. Guardians never may.",
        NotEditableReason.CHECK_IN_MODE_OFF: "In the viewer's portal check-in mode is off: marks go in through the "
        "roll sheet, by `submitAttendance`, and not one student at a time.",
    },
)
