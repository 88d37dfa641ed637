"""The enumerations about enrollments in the schema, with a description of each value."""

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from gql.fields.described import described

__all__ = ["EnrollmentEnd", "EnrollmentType"]

described(
    EnrollmentType,
    "The kind of place that a student has in an offering.",
    {
        EnrollmentType.ACTIVE: "A regular place that lasts until the student is dropped or transferred.",
        EnrollmentType.TRIAL: "A trial place.",
        EnrollmentType.MAKEUP: "A place on one day, to make up for a missed class.",
        EnrollmentType.SINGLE_DAY: "A place on one day.",
        EnrollmentType.WAITLIST: "The student waits for a place and is on no roster.",
    },
)
described(
    EnrollmentEnd,
    "Why an enrollment has a drop date.",
    {
        EnrollmentEnd.DROPPED: "The student was dropped from the offering.",
        EnrollmentEnd.TRANSFERRED: "The student was transferred to another class.",
        EnrollmentEnd.SESSION_ENDED: "The session ended.",
    },
)
