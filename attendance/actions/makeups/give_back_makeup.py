"""Give back a booked makeup, as families do (R8.12)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.steps.open_makeups import get_token
from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.actions.tokens.reset_makeup_token import give_up_makeup
from attendance.actions.tokens.steps.lock_makeup_token import why_not
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.makeups.give_back_refusals import GivingBackNotAllowed
from attendance.rules.makeups.giving_back import require_in_time
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import MakeupTokenState
from db.makeups.makeup_releases import tied_makeups
from db.unit_of_work import UnitOfWork

_ADVICE = {
    MakeupTokenState.REQUESTED: "withdraw the request instead",
    MakeupTokenState.SPENT: "its makeup is over",
}


async def give_back_makeup(uow: UnitOfWork, viewer: Viewer, token_id: UUID, *, now: datetime) -> TokenChanged:
    """Give back the makeup that is booked with the token, which can then be used again until it expires.

    The student leaves the open roll sheet at once. The token's and the occurrence's locks decide between this and a
    check-in of the student, a reset by staff, and the booking of the place that becomes free.

    Raises NothingFound, GivingBackNotAllowed, MakeupTokenNotChangeable when no makeup is booked, MakeupAttended, and
    GivingBackTooLate.
    """
    token = await get_token(uow, viewer, token_id, now)
    settings = viewer.settings.makeup_tokens
    if not settings.families_may_give_back_makeups:
        raise GivingBackNotAllowed
    tied = await tied_makeups(uow.connection, uow.organization_id, [token_id])
    if not tied:
        state = token.state(now)
        raise await why_not(uow, token, state, _ADVICE.get(state, "there is no makeup to give back"))

    def check(head: OccurrenceHead | None) -> None:
        if head is not None:
            require_in_time(head.starts_at, settings, now=now)

    await give_up_makeup(uow, viewer, tied[0], now, check=check)
    return TokenChanged(token_id)
