"""Who sets up a second factor: somebody who is signed in, or whose password was right a moment ago (R12.4)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from attendance.actions.accounts.second_factors import use_code
from attendance.rules.accounts.account_refusals import ChallengeNotValid, WrongCode
from attendance.rules.organization.sign_in import Account
from attendance.rules.vocabulary import Portal
from db.accounts.account_holders import AccountHolder, lock_account
from db.organization.security_events import Happening
from db.unit_of_work import UnitOfWork, unit_of_work
from gql.credentials.challenges import SETUP
from gql.fields.context import Context, Info, changing
from gql.fields.vocabulary import SecurityEventKind
from gql.protocol.errors import Forbidden, RateLimited


@dataclass(frozen=True, slots=True)
class Acting:
    """The person, in a transaction of the person's organization. `challenged`: the account to sign in to and its
    portal, for somebody who is not signed in yet.
    """

    uow: UnitOfWork
    person_id: UUID
    portal: Portal
    challenged: Account | None = None

    @property
    def account(self) -> Account:
        """The account to sign in to. Raises LookupError for somebody who is signed in."""
        if self.challenged is None:
            raise LookupError("no challenge was given")
        return self.challenged


@asynccontextmanager
async def acting(info: Info, challenge: str | None, use: str = SETUP) -> AsyncIterator[Acting]:
    """Open a transaction of the caller or, with a challenge, of the person whose password was right.

    Raises ChallengeNotValid, NotAuthenticated, and Forbidden for a kiosk.
    """
    if challenge is None:
        async with changing(info) as (uow, viewer):
            if viewer.caller.person_id is None:
                raise Forbidden("This cannot be done from a kiosk.")
            yield Acting(uow, viewer.caller.person_id, viewer.caller.portal)
        return
    services = info.context.services
    found = services.challenges.check(challenge, use)
    if found is None:
        raise ChallengeNotValid
    async with unit_of_work(services.database, found.organization_id, services.announcer, info.context.clock) as uow:
        holder = await lock_account(uow, found.person_id)
        if holder is None or holder.has_left(info.context.clock()) or not found.fits(holder.password_hash):
            raise ChallengeNotValid
        yield Acting(uow, holder.id, found.portal, _account(uow, holder))


@asynccontextmanager
async def counted(context: Context, organization_id: UUID, person_id: UUID) -> AsyncIterator[None]:
    """Count an attempt at a code, which is taken back when the block ends well. Raises RateLimited after ten."""
    attempts, counted_as = context.services.code_attempts, f"person {person_id}"
    if not await attempts.begin(counted_as, context.address):
        raise RateLimited("This was tried too often. Wait before you try again.", retryAfterSeconds=attempts.window)
    try:
        yield
    except WrongCode:
        kind = SecurityEventKind.SECOND_FACTOR_REFUSED
        context.services.security_log.tell(organization_id, Happening(kind, person_id, address=context.address))
        raise
    await attempts.succeed(counted_as, context.address)


async def check_code(info: Info, acting: Acting, code: str) -> bool:
    """Use the code, and return whether it was a recovery code. Raises WrongCode and RateLimited."""
    uow, context = acting.uow, info.context
    async with counted(context, uow.organization_id, acting.person_id):
        return await use_code(uow, acting.person_id, code, context.services.authenticator, now=context.clock())


def _account(uow: UnitOfWork, holder: AccountHolder) -> Account:
    return Account(uow.organization_id, holder.organization_name, holder.id, holder.kind, holder.password_hash)
