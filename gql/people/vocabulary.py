"""The enumerations of people as the schema has them, each value described."""

from enum import StrEnum

from attendance.rules.vocabulary import DuplicateReason, MergeKind, MergeSide, NoteLevel
from gql.fields.described import described

__all__ = ["NEXT_TOLD", "DuplicateReason", "MergeKind", "MergeSide", "NoteLevel", "StudentChangeKind"]


NEXT_TOLD = 10


class StudentChangeKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = "MARKS"
    TOKENS = "TOKENS"
    SCHEDULE = "SCHEDULE"
    OFFERS = "OFFERS"


described(
    NoteLevel,
    "How important a note about a student is.",
    {NoteLevel.NORMAL: "Useful to know.", NoteLevel.CRITICAL: "Everybody must know it."},
)
described(
    DuplicateReason,
    "Why somebody who is registered now may be registered already.",
    {
        DuplicateReason.SAME_PHONE: "The family or one of its guardians has the same telephone number, however it is "
        "written.",
        DuplicateReason.SAME_EMAIL: "The family or one of its guardians has the same e-mail address.",
        DuplicateReason.SAME_NAME_AND_BIRTHDAY: "A student has the same name and the same date of birth.",
    },
)
described(
    MergeKind,
    "What was merged.",
    {
        MergeKind.FAMILY: "Two rows of one family.",
        MergeKind.GUARDIAN: "Two rows of one guardian.",
        MergeKind.STUDENT: "Two rows of one student.",
    },
)
described(
    MergeSide,
    "One of the two who are merged.",
    {MergeSide.FROM: "The one who is merged.", MergeSide.INTO: "The one who is left."},
)
described(
    StudentChangeKind,
    "What an event of `studentChanged` is about.",
    {
        StudentChangeKind.SNAPSHOT: "The whole state. It is sent first, after local midnight when the new date "
        "changes what is shown, and instead of changes that can no longer be sent one by one.",
        StudentChangeKind.MARKS: "A mark of the student was made, changed or cleared. See `marks`.",
        StudentChangeKind.TOKENS: "The makeup tokens that the viewer may see have changed.",
        StudentChangeKind.SCHEDULE: f"Today's occurrences or the next {NEXT_TOLD} have changed: an occurrence was "
        "added, removed, cancelled or restored.",
        StudentChangeKind.OFFERS: "A place was offered to the student, or an offer was accepted, declined or "
        "withdrawn, or nobody answered it in time. See `enrollments(past: true)` and `placeOffer` of `student`. The "
        "event follows within a minute when the time of an offer is over.",
    },
)
