"""Continue a session: exchange a refresh token for the next one."""

from datetime import datetime

from attendance.actions.organization.sign_in import SignedIn
from attendance.rules.accounts.second_factor import is_required
from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.sign_in import Refresh, RefreshToken, SessionTerms, judge
from attendance.rules.organization.sign_in_refusals import SignInRefused
from attendance.rules.vocabulary import SignInRefusedReason
from db.accounts.second_factors import read_second_factor
from db.organization.sign_ins import end_sign_in, lock_sign_in, rotate
from db.organization.viewers import find_person
from db.unit_of_work import UnitOfWork

_NOT_VALID = SignInRefusedReason.REFRESH_TOKEN_NOT_VALID
_REFUSALS = {
    Refresh.UNKNOWN: (_NOT_VALID, "The refresh token is not valid."),
    Refresh.EXPIRED: (SignInRefusedReason.SESSION_EXPIRED, "The session has expired. Sign in again."),
    Refresh.ENDED: (SignInRefusedReason.SESSION_ENDED, "The session has ended. Sign in again."),
    Refresh.REUSED: (SignInRefusedReason.SESSION_ENDED, "The session has ended. Sign in again."),
}


async def refresh_session(
    uow: UnitOfWork, token: RefreshToken, terms: SessionTerms, *, now: datetime
) -> SignedIn | SignInRefused:
    """Return the session with its next token.

    When it is called twice with the same token, at once or within the grace period, it returns the same next token
    twice. After the grace period, a second use indicates theft, and the session ends for both holders.

    The refusal is returned and not raised, because the end of a session must be committed with it.
    """
    found = await lock_sign_in(uow, token.sign_in_id)
    if found is None:
        return SignInRefused(*_REFUSALS[Refresh.UNKNOWN])
    state, person_id, portal = found
    verdict = judge(token, state, terms, now)
    if verdict is Refresh.REUSED:
        await end_sign_in(uow, token.sign_in_id, now=now)
    if verdict in _REFUSALS:
        return SignInRefused(*_REFUSALS[verdict], person_id, portal, is_theft=verdict is Refresh.REUSED)
    viewer = await find_person(uow.connection, uow.organization_id, portal, person_id, now)
    if viewer is None:
        return SignInRefused(*_REFUSALS[Refresh.ENDED], person_id, portal)
    if await _lacks_second_factor(uow, viewer):
        await end_sign_in(uow, token.sign_in_id, now=now)
        return SignInRefused(*_REFUSALS[Refresh.ENDED], person_id, portal)
    expires_at = state.expires_at
    if verdict is Refresh.ROTATE:
        expires_at = terms.expiry(now, state.created_at)
        await rotate(uow, token.next(terms), now=now, expires_at=expires_at)
    return SignedIn(viewer, token.sign_in_id, token.next(terms), expires_at)


async def _lacks_second_factor(uow: UnitOfWork, viewer: Viewer) -> bool:
    """Return whether a setting requires a second factor of the person that is not in force (R12.4)."""
    if not is_required(viewer.caller.permissions, by_setting=viewer.settings.security.second_factor_required):
        return False
    factor = await read_second_factor(uow.connection, uow.organization_id, viewer.caller.id)
    return factor is None or factor.confirmed_at is None
