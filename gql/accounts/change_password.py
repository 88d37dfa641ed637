"""The mutation changePassword (R12.3)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.change_password import change_password
from attendance.actions.accounts.choose_password import require_password_allowed
from attendance.rules.accounts.account_refusals import WrongPassword as WrongPasswordGiven
from db.accounts.account_holders import AccountHolder, find_account_holder
from gql.accounts.account_refusals import PasswordNotAllowed, WrongPassword
from gql.accounts.chosen_password import LONGEST_PASSWORD, OF_NEW
from gql.fields.access import signed_in
from gql.fields.context import Info, changing, reading
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.protocol.errors import BadInput, NotAuthenticated, RateLimited


@strawberry.input(description="The present password and the new one.")
class ChangePasswordInput:
    present_password: str = strawberry.field(description="The present password.")
    new_password: str = strawberry.field(description=OF_NEW)
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Ignored, because it is not needed: a retry finds the new password in place and gets the same "
        "answer, with no ended sessions.",
    )


@strawberry.type(description="The password was changed.")
class ChangePasswordSuccess:
    ended_sessions: int = strawberry.field(description="How many other sessions of the person have ended.")


ChangePasswordResult: TypeAlias = Annotated[
    ChangePasswordSuccess | WrongPassword | PasswordNotAllowed,
    strawberry.union("ChangePasswordResult", description="The change, or the reason why the password stays."),
]


async def resolve(
    info: Info,
    input: Annotated[ChangePasswordInput, strawberry.argument(description="The present password and the new one.")],
) -> ChangePasswordResult | None:
    for name, value in (("presentPassword", input.present_password), ("newPassword", input.new_password)):
        if len(value) > LONGEST_PASSWORD:
            raise BadInput(f'Argument "input.{name}" has at most {LONGEST_PASSWORD} characters.')
    context, passwords = info.context, info.context.services.passwords
    async with reading(info) as (source, viewer):
        holder = await find_account_holder(source, viewer.caller.organization_id, viewer.caller.id)
    if holder is None:
        raise NotAuthenticated("This sign-in has ended. Sign in again.")
    if not await _is_present(info, holder, input.present_password):
        if await passwords.fits(input.new_password, holder.password_hash):
            return ChangePasswordSuccess(ended_sessions=0)
        raise WrongPasswordGiven
    await require_password_allowed(holder, input.new_password)
    checked, password_hash = holder.password_hash or "", await passwords.hash(input.new_password)
    async with changing(info) as (uow, viewer):
        ended = await change_password(uow, viewer, checked, password_hash, now=context.clock())
    context.tell(SecurityEventKind.PASSWORD_CHANGED, viewer.caller)
    return ChangePasswordSuccess(ended_sessions=ended)


async def _is_present(info: Info, holder: AccountHolder, password: str) -> bool:
    """Count an attempt, and return whether this is the present password. Raises RateLimited."""
    context, attempts = info.context, info.context.services.attempts
    counted_as = f"person {holder.id}"
    if not await attempts.begin(counted_as, context.address):
        raise RateLimited("This was tried too often. Wait before you try again.", retryAfterSeconds=attempts.window)
    is_right = await context.services.passwords.fits(password, holder.password_hash)
    if is_right:
        await attempts.succeed(counted_as, context.address)
    return is_right


field = strawberry.mutation(
    resolver=resolve,
    description="Change the caller's password. All other sessions of the caller end, and the caller's e-mail address "
    "is told. After 10 wrong passwords within 15 minutes, further attempts are RATE_LIMITED. For staff and guardians "
    "who have a password here.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
