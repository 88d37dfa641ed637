"""What a family asks for where staff decide about makeups (R8.7)."""

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
    """A request as it is now: REQUESTED is what waits for somebody. `decided_by` and `decided_at`: who approved, denied
    or withdrew it, and when. `makeup_enrollment_id`: what its approval booked, also after a reset.
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
    """Raises MakeupRequestSettled; a request that lapsed waits for nobody."""
    if asked.state is not MakeupRequestState.REQUESTED:
        raise MakeupRequestSettled(asked.id, asked.state, asked.decided_at)


def require_not_settled(asked: AskedMakeup) -> None:
    """Raises MakeupRequestSettled once somebody has settled the request. What lapsed passes: what keeps it from being
    approved is told as such.
    """
    if asked.state is not MakeupRequestState.LAPSED or asked.decided_at is not None:
        require_undecided(asked)
