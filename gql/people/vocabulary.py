"""The enumerations of people as the schema has them, each value described."""

from enum import StrEnum

from attendance.rules.vocabulary import NoteLevel
from gql.fields.described import described

__all__ = ["NEXT_TOLD", "NoteLevel", "StudentChangeKind"]


NEXT_TOLD = 10


class StudentChangeKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = "MARKS"
    TOKENS = "TOKENS"
    SCHEDULE = "SCHEDULE"


described(
    NoteLevel,
    "How much a student's note matters.",
    {NoteLevel.NORMAL: "Good to know.", NoteLevel.CRITICAL: "Must be known."},
)
described(
    StudentChangeKind,
    "What an event about a student tells.",
    {
        StudentChangeKind.SNAPSHOT: "The state: it comes first, after local midnight when that changes what is shown, "
        "and in place of changes that can no longer be told one by one.",
        StudentChangeKind.MARKS: "The student was marked, or a mark was changed or cleared: see `marks`.",
        StudentChangeKind.TOKENS: "The makeup tokens that the viewer sees are not what they were.",
        StudentChangeKind.SCHEDULE: f"Today's occurrences, or the next {NEXT_TOLD}, are not what they were: one "
        "came or went, was cancelled or restored.",
    },
)
