"""An occurrence as a place for a makeup, with what is against it (R8.9)."""

from datetime import datetime

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.makeups.makeup_reasons import reason_of
from attendance.rules.makeups.makeup_search import Candidate
from attendance.rules.refusals import Refusal
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.makeups.vocabulary import MakeupRejectionReason


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
