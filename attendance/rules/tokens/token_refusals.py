"""Why makeup tokens cannot be made, changed or taken away by hand (R8.1, R8.5): refusals with their facts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import MakeupTokenDatesReason, MakeupTokenState


@dataclass(eq=False)
class MakeupTokenDatesNotPossible(Refusal):
    """`draft` is the number of the draft, from 0; None: it is about a token that there is. Expiry None: never."""

    reason: MakeupTokenDatesReason
    draft: int | None
    issued_on: date
    expires_on: date | None
    message: str


@dataclass(eq=False)
class MakeupTokenNotChangeable(Refusal):
    """R8.3, R8.5: not in this state. PENDING and SPENT ones name the makeup."""

    state: MakeupTokenState
    message: str
    makeup_enrollment_id: UUID | None = None
    makeup_on: date | None = None
    offering_name: str | None = None
