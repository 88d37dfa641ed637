"""The enumerations of makeups as the schema has them, each value described."""

from attendance.rules.makeups.makeup_reasons import MakeupRejectionReason
from attendance.rules.vocabulary import MakeupRequestState
from gql.fields.described import described

__all__ = ["MakeupRejectionReason", "MakeupRequestState"]

described(
    MakeupRejectionReason,
    "Why a makeup token cannot be used for an occurrence.",
    {
        MakeupRejectionReason.TOKEN_NOT_YET_ISSUED: "The token's issue date is ahead.",
        MakeupRejectionReason.TOKEN_EXPIRED: "The token's last day is over.",
        MakeupRejectionReason.TOKEN_NOT_USABLE: "The token is REQUESTED, PENDING, SPENT, REVOKED or DELETED.",
        MakeupRejectionReason.PROGRAM_DELETED: "The token is for a program that was deleted.",
        MakeupRejectionReason.OTHER_LOCATION: "The token is locked to another location.",
        MakeupRejectionReason.OTHER_PROGRAM: "The token is for classes of another program.",
        MakeupRejectionReason.NOT_A_CLASS: "It is a camp or an appointment.",
        MakeupRejectionReason.NOT_SCHEDULED: "The date lies outside the class's sessions or dates.",
        MakeupRejectionReason.CLOSED: "The program's blackout schedule closes the date.",
        MakeupRejectionReason.CANCELLED: "It is cancelled.",
        MakeupRejectionReason.BEGUN: "It has begun, or is over.",
        MakeupRejectionReason.TOO_LATE: "It begins sooner than makeupLatestBookingMinutes from now.",
        MakeupRejectionReason.BEYOND_HORIZON: "It is further ahead than makeupHorizonDays.",
        MakeupRejectionReason.AGE_UNKNOWN: "The class has an age limit, and the student's birth date is not known.",
        MakeupRejectionReason.TOO_YOUNG: "The student will be too young on its date.",
        MakeupRejectionReason.TOO_OLD: "The student will be too old on its date.",
        MakeupRejectionReason.OTHER_GENDER: "The class takes another gender, or the student's is not known.",
        MakeupRejectionReason.ALREADY_ENROLLED: "The student is on its roster already.",
        MakeupRejectionReason.FULL: "No place is left on its date.",
    },
)
described(
    MakeupRequestState,
    "What became of a family's request for a makeup.",
    {
        MakeupRequestState.REQUESTED: "It waits for staff to decide. It holds no place in the class.",
        MakeupRequestState.APPROVED: "Staff approved it, and the makeup was booked.",
        MakeupRequestState.DENIED: "Staff turned it down; the makeup token can be used again.",
        MakeupRequestState.WITHDRAWN: "It was taken back, or its makeup token was reset.",
        MakeupRequestState.LAPSED: "Nobody decided until its date had gone by, its class was cancelled, or its "
        "makeup token expired, was revoked or deleted, or got an issue date that is ahead. Should all be well again "
        "before the date, it is REQUESTED again.",
    },
)
