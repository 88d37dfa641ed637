"""The enumerations of enrollments as the schema has them, each value described."""

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from gql.fields.described import described

__all__ = ["EnrollmentEnd", "EnrollmentType"]

described(
    EnrollmentType,
    "What kind of place a student has in an offering.",
    {
        EnrollmentType.ACTIVE: "A lasting place.",
        EnrollmentType.TRIAL: "A trial.",
        EnrollmentType.MAKEUP: "One day, to make up for a class missed.",
        EnrollmentType.SINGLE_DAY: "One day.",
        EnrollmentType.WAITLIST: "Waiting for a place; on no roster.",
    },
)
described(
    EnrollmentEnd,
    "Why an enrollment has a drop date.",
    {
        EnrollmentEnd.DROPPED: "The student was dropped.",
        EnrollmentEnd.TRANSFERRED: "The student was transferred to another class.",
        EnrollmentEnd.SESSION_ENDED: "The session ended.",
    },
)
