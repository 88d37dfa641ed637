"""An occurrence as a place for a makeup, with what is against it (R8.9)."""

from datetime import datetime

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.makeups.makeup_reasons import MakeupRejectionReason, reason_of
from attendance.rules.makeups.makeup_search import Candidate
from attendance.rules.refusals import Refusal
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.fields.described import described

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


@strawberry.type(description="One thing that is against a makeup.")
class MakeupRejection:
    reason: MakeupRejectionReason = strawberry.field(description="What it is, for programs.")
    message: str = strawberry.field(description="The same as a sentence in English.")


@strawberry.type(description="An occurrence as a place for a makeup with the token that was asked about.")
class EligibleMakeup:
    occurrence: Occurrence = strawberry.field(
        description="Which one. Its roster and what is counted from it stay hidden from guardians."
    )
    is_eligible: bool = strawberry.field(description="Whether the token can be redeemed for it now.")
    reasons: list[MakeupRejection] = strawberry.field(
        description="Everything that is against it, in the order in which redeeming checks it; empty when it is "
        "eligible."
    )
    openings: int | None = strawberry.field(
        description="Places left on its date, as redeeming counts them: capacity, less the students enrolled for it, "
        "not counting those with an approved expected absence. Null: capacity is unlimited."
    )


def show_makeup(candidate: Candidate, head: OccurrenceHead, now: datetime) -> EligibleMakeup:
    return EligibleMakeup(
        occurrence=show_occurrence(head, now),
        is_eligible=not candidate.obstacles,
        reasons=[show_rejection(each) for each in candidate.obstacles],
        openings=candidate.openings,
    )


def show_rejection(obstacle: Refusal) -> MakeupRejection:
    return MakeupRejection(reason=reason_of(obstacle), message=str(obstacle))
