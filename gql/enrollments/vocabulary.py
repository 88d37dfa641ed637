"""The enumerations about enrollments in the schema, with a description of each value."""

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, PlaceOfferState
from gql.fields.described import described

__all__ = ["EnrollmentEnd", "EnrollmentType", "PlaceOfferState"]

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
described(
    PlaceOfferState,
    "The state of an offer of a place to a student on the waitlist.",
    {
        PlaceOfferState.OPEN: "The place is held, and the family can accept it.",
        PlaceOfferState.ACCEPTED: "The student was given the place.",
        PlaceOfferState.DECLINED: "The family or staff declined the offer. The student has left the waitlist.",
        PlaceOfferState.WITHDRAWN: "Staff took the offer back, or ended the wait.",
        PlaceOfferState.OVER: "Nobody answered in time. The student has left the waitlist.",
    },
)
