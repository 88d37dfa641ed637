"""Sign in a person with e-mail address and password."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import TypeAlias
from uuid import UUID

from attendance.actions.organization.passwords import Passwords
from attendance.rules.accounts.account_refusals import (
    IssuedChallenge,
    SecondFactorRequired,
    SecondFactorSetupRequired,
)
from attendance.rules.accounts.second_factor import is_required
from attendance.rules.organization.permissions import Viewer, kind_for
from attendance.rules.organization.sign_in import (
    WRONG_PORTAL,
    WRONG_SIGN_IN,
    Account,
    Refresh,
    RefreshToken,
    SessionTerms,
    first_token,
    judge,
)
from attendance.rules.organization.sign_in_refusals import SignInRefused
from attendance.rules.vocabulary import PersonKind, Portal, SignInRefusedReason
from db.accounts.account_holders import lock_account_shared
from db.ids import new_id
from db.organization.sign_ins import add_sign_in, lock_sign_in
from db.organization.viewers import find_person
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that begins or continues."""

    viewer: Viewer
    sign_in_id: UUID
    refresh_token: RefreshToken
    refresh_expires_at: datetime


async def check_password(
    accounts: Sequence[Account], password: str, portal: Portal, passwords: Passwords
) -> list[Account]:
    """Return the accounts for which the password is correct: those of the kind that the portal is for or, without any,
    the others.

    An e-mail address without an account takes as long as one with a wrong password, because each kind costs at least
    one hash.
    """
    wanted = kind_for(portal)
    for kind in sorted(PersonKind, key=lambda kind: kind is not wanted):
        hashes = [account for account in accounts if account.kind is kind]
        right = [account for account in hashes if await passwords.fits(password, account.password_hash)]
        if not hashes:
            await passwords.fits(password, None)
        if right:
            return right
    return []


IssueChallenge: TypeAlias = Callable[[Account, Portal, bool], IssuedChallenge]
"""Makes the challenge of an account in a portal; the last value: for a code, and not for setting up."""


async def sign_in(
    uow: UnitOfWork,
    account: Account,
    portal: Portal,
    terms: SessionTerms,
    *,
    now: datetime,
    idempotency_key: str | None = None,
    device: str | None = None,
    challenges: IssueChallenge | None = None,
) -> SignedIn:
    """Begin a session for the account, whose password was checked.

    challenges -- makes a challenge where a second factor is needed; None when its code was checked too

    When it is called again with the same idempotency key before the session was refreshed, it returns the same session
    (R4.11). Without a key, each call begins a session.

    Raises SecondFactorRequired and SecondFactorSetupRequired. Raises SignInRefused when the person may not use the
    portal, and when the password was changed since it was checked.
    """
    # Whoever changes the password ends the sign-ins that there are, so it must not be changed before this one is there.
    password_hash, has_factor = await lock_account_shared(uow, account.person_id)
    if password_hash != account.password_hash:
        raise SignInRefused(SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD, WRONG_SIGN_IN)
    viewer = await find_person(uow.connection, uow.organization_id, portal, account.person_id, now)
    if viewer is None:
        raise SignInRefused(SignInRefusedReason.WRONG_PORTAL, WRONG_PORTAL)
    if challenges is not None:
        _ask_for_second_factor(viewer, account, portal, challenges, has_factor=has_factor)
    token = RefreshToken(uow.organization_id, new_id(), token_bytes(32))
    expires_at = terms.expiry(now, now)
    if idempotency_key is not None:
        first = first_token(uow.organization_id, account.person_id, portal, idempotency_key, terms)
        if await add_sign_in(uow, first, account.person_id, portal, now=now, expires_at=expires_at, device=device):
            return SignedIn(viewer, first.sign_in_id, first, expires_at)
        found = await lock_sign_in(uow, first.sign_in_id)
        if found is not None and judge(first, found[0], terms, now) is Refresh.ROTATE:
            return SignedIn(viewer, first.sign_in_id, first, found[0].expires_at)
    await add_sign_in(uow, token, account.person_id, portal, now=now, expires_at=expires_at, device=device)
    return SignedIn(viewer, token.sign_in_id, token, expires_at)


def _ask_for_second_factor(
    viewer: Viewer, account: Account, portal: Portal, challenges: IssueChallenge, *, has_factor: bool
) -> None:
    if has_factor:
        issued = challenges(account, portal, True)
        raise SecondFactorRequired(issued.challenge, issued.expires_at)
    if is_required(viewer.caller.permissions, by_setting=viewer.settings.security.second_factor_required):
        issued = challenges(account, portal, False)
        raise SecondFactorSetupRequired(issued.challenge, issued.expires_at)
