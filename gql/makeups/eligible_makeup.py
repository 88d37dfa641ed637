"""The type EligibleMakeup: an occurrence that may serve for a makeup, with the obstacles to it (R8.9)."""

from datetime import datetime

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.makeups.makeup_reasons import reason_of
from attendance.rules.makeups.makeup_search import Candidate
from attendance.rules.refusals import Refusal
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.makeups.vocabulary import MakeupRejectionReason


@strawberry.type(description="One reason why a makeup token cannot be used for an occurrence.")
class MakeupRejection:
    reason: MakeupRejectionReason = strawberry.field(description="The reason as a code.")
    message: str = strawberry.field(description="The reason as an English sentence.")


@strawberry.type(description="An occurrence that may serve for a makeup with the makeup token in question.")
class EligibleMakeup:
    occurrence: Occurrence = strawberry.field(
        description="The occurrence. Its roster, and all counts that come from the roster, stay hidden from guardians."
    )
    is_eligible: bool = strawberry.field(description="Whether the token can be redeemed for the occurrence now.")
    reasons: list[MakeupRejection] = strawberry.field(
        description="All obstacles, in the order in which redeeming checks for them. Empty when the occurrence is "
        "eligible."
    )
    openings: int | None = strawberry.field(
        description="How many places are left on the date of the occurrence, counted as for redeeming: the capacity "
        "minus the students who are enrolled for it, except those with an approved expected absence. Null when the "
        "capacity is unlimited."
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
