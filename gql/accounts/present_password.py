"""Checks the caller's present password before something important is changed (R12.3)."""

from db.accounts.account_holders import AccountHolder, find_account_holder
from gql.accounts.chosen_password import LONGEST_PASSWORD
from gql.fields.context import Info, reading
from gql.protocol.errors import BadInput, Forbidden, NotAuthenticated, RateLimited


async def read_own_account(info: Info) -> AccountHolder:
    """Return the caller's account. Raises NotAuthenticated, and Forbidden for a kiosk."""
    async with reading(info) as (source, viewer):
        if viewer.caller.person_id is None:
            raise Forbidden("This cannot be done from a kiosk.")
        holder = await find_account_holder(source, viewer.caller.organization_id, viewer.caller.person_id)
    if holder is None:
        raise NotAuthenticated("This sign-in has ended. Sign in again.")
    return holder


async def is_present_password(info: Info, holder: AccountHolder, password: str) -> bool:
    """Count an attempt, and return whether this is the present password. Raises RateLimited and BadInput."""
    if len(password) > LONGEST_PASSWORD:
        raise BadInput(f'Argument "input.presentPassword" has at most {LONGEST_PASSWORD} characters.')
    context, attempts = info.context, info.context.services.attempts
    counted_as = f"person {holder.id}"
    if not await attempts.begin(counted_as, context.address):
        raise RateLimited("This was tried too often. Wait before you try again.", retryAfterSeconds=attempts.window)
    is_right = await context.services.passwords.fits(password, holder.password_hash)
    if is_right:
        await attempts.succeed(counted_as, context.address)
    return is_right


async def holder_with_password(info: Info, password: str) -> AccountHolder | None:
    """Return the caller's account if this is its password, and None otherwise. Raises RateLimited and BadInput."""
    holder = await read_own_account(info)
    return holder if await is_present_password(info, holder, password) else None
