"""The refusals of creating, changing and deleting makeup tokens by hand (R8.1, R8.5), with their facts."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import MakeupTokenDatesReason, MakeupTokenState


@dataclass(eq=False)
class MakeupTokenDatesNotPossible(Refusal):
    """The token cannot have these dates.

    draft -- the position of the draft, from 0; None when an existing token is edited
    expires_on -- None when the token would never expire
    """

    reason: MakeupTokenDatesReason
    draft: int | None
    issued_on: date
    expires_on: date | None
    message: str


@dataclass(eq=False)
class MakeupTokenNotChangeable(Refusal):
    """The token cannot be changed like this in its state (R8.3, R8.5). For PENDING and SPENT tokens, the makeup is
    named.
    """

    state: MakeupTokenState
    message: str
    makeup_enrollment_id: UUID | None = None
    makeup_on: date | None = None
    offering_name: str | None = None
