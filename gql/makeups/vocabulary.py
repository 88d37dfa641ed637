"""The enumerations of makeups as the schema has them, each value described."""

from attendance.rules.makeups.makeup_reasons import MakeupRejectionReason
from attendance.rules.vocabulary import MakeupRequestState
from gql.fields.described import described

__all__ = ["MakeupRejectionReason", "MakeupRequestState"]

described(
    MakeupRejectionReason,
    "Why a makeup token cannot be used for an occurrence.",
    {
        MakeupRejectionReason.TOKEN_NOT_YET_ISSUED: "The issue date of the token lies in the future.",
        MakeupRejectionReason.TOKEN_EXPIRED: "The last date of the token has passed.",
        MakeupRejectionReason.TOKEN_NOT_USABLE: "The state of the token is REQUESTED, PENDING, SPENT, REVOKED or "
        "DELETED.",
        MakeupRejectionReason.PROGRAM_DELETED: "The program of the token was deleted.",
        MakeupRejectionReason.OTHER_LOCATION: "The token can only be used at another location.",
        MakeupRejectionReason.OTHER_PROGRAM: "The token can only be used for classes of another program.",
        MakeupRejectionReason.NOT_A_CLASS: "The occurrence belongs to a camp or an appointment.",
        MakeupRejectionReason.NOT_SCHEDULED: "The date lies outside the sessions or dates of the class.",
        MakeupRejectionReason.CLOSED: "The program's blackout schedule closes the date.",
        MakeupRejectionReason.CANCELLED: "The occurrence is cancelled.",
        MakeupRejectionReason.BEGUN: "The occurrence has begun or is over.",
        MakeupRejectionReason.TOO_LATE: "The occurrence begins too soon. This is the setting "
        "makeupLatestBookingMinutes.",
        MakeupRejectionReason.BEYOND_HORIZON: "The occurrence is too far ahead. This is the setting makeupHorizonDays.",
        MakeupRejectionReason.AGE_UNKNOWN: "The class has an age limit, and the student's birth date is not known.",
        MakeupRejectionReason.TOO_YOUNG: "The student will be too young on the date of the occurrence.",
        MakeupRejectionReason.TOO_OLD: "The student will be too old on the date of the occurrence.",
        MakeupRejectionReason.OTHER_GENDER: "The class is for another gender, or the student's gender is not known.",
        MakeupRejectionReason.ALREADY_ENROLLED: "The student is on the roster of the occurrence already.",
        MakeupRejectionReason.FULL: "No place is left on the date of the occurrence.",
    },
)
described(
    MakeupRequestState,
    "The state of a family's request for a makeup.",
    {
        MakeupRequestState.REQUESTED: "The request waits for the decision of staff. It holds no place in the class.",
        MakeupRequestState.APPROVED: "Staff approved the request, and the makeup was booked.",
        MakeupRequestState.DENIED: "Staff denied the request. The makeup token can be used again.",
        MakeupRequestState.WITHDRAWN: "The request was withdrawn, or its makeup token was reset.",
        MakeupRequestState.LAPSED: "Nobody decided in time: the date passed; or the class was cancelled; or the "
        "makeup token was revoked or deleted, or got a future issue date. If the obstacle disappears before the date, "
        "the state is REQUESTED again. A request does not lapse because the token's expiration date passes.",
    },
)
