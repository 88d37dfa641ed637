"""A family's request for a makeup, where staff decide about makeups (R8.7)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.makeups.makeup_refusals import MakeupRequestSettled
from attendance.rules.vocabulary import MakeupRequestState, PersonKind

COMMENT_LIMIT = 500


@dataclass(frozen=True, slots=True)
class AskedMakeup:
    """A request in its present state. REQUESTED means that it waits for a decision.

    decided_by -- who approved, denied or withdrew it
    decided_at -- when that happened
    makeup_enrollment_id -- the makeup that its approval booked, even if the token was reset since
    """

    id: UUID
    student_id: UUID
    token_id: UUID
    occurrence: OccurrenceKey
    state: MakeupRequestState
    comment: str | None
    requested_by: tuple[PersonKind, PersonFacts] | None
    requested_at: datetime
    decided_by: tuple[PersonKind, PersonFacts] | None
    decided_at: datetime | None
    decision_comment: str | None
    makeup_enrollment_id: UUID | None


def require_undecided(asked: AskedMakeup) -> None:
    """Check that the request waits for a decision. Raises MakeupRequestSettled, also for a request that lapsed."""
    if asked.state is not MakeupRequestState.REQUESTED:
        raise MakeupRequestSettled(asked.id, asked.state, asked.decided_at)


def require_not_settled(asked: AskedMakeup) -> None:
    """Check that nobody has settled the request. Raises MakeupRequestSettled.

    A lapsed request passes, because its obstacle is reported when it is approved.
    """
    if asked.state is not MakeupRequestState.LAPSED or asked.decided_at is not None:
        require_undecided(asked)
