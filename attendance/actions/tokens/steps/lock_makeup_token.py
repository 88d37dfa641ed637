"""The first steps of all acts on a makeup token: find it for the caller, lock it, or say why it cannot be changed."""

from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import is_seen
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import NothingFound
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.token_refusals import MakeupTokenNotChangeable
from attendance.rules.tokens.tokens_by_hand import not_changeable
from attendance.rules.vocabulary import MakeupTokenState
from db.makeups.makeup_releases import tied_makeups
from db.tokens.makeup_tokens import lock_tokens
from db.tokens.student_tokens import read_tokens
from db.unit_of_work import UnitOfWork


async def get_makeup_token(uow: UnitOfWork, caller: Caller, token_id: UUID) -> TokenFacts:
    """Return the token, for staff who see its student. It is not locked. Raises NothingFound."""
    found = await read_tokens(uow.connection, uow.organization_id, [token_id])
    if not found or not await is_seen(uow, caller, found[0].student_id):
        raise NothingFound("There is no such makeup token.")
    return found[0]


async def lock_makeup_token(uow: UnitOfWork, token_id: UUID) -> TokenFacts:
    """Lock the token, which is known to exist, until the transaction ends, and return it."""
    await lock_tokens(uow, [token_id])
    (token,) = await read_tokens(uow.connection, uow.organization_id, [token_id])
    return token


async def why_not(uow: UnitOfWork, token: TokenFacts, state: MakeupTokenState, advice: str) -> MakeupTokenNotChangeable:
    """Return the refusal of an act that this state does not allow, with the makeup to which the token is tied."""
    refusal = not_changeable(state, advice)
    for tied in await tied_makeups(uow.connection, uow.organization_id, [token.id]):
        refusal.makeup_enrollment_id = tied.enrollment_id
        refusal.makeup_on = tied.held_on
        refusal.offering_name = tied.offering_name
    return refusal
