"""The mutation changePassword (R12.3)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.change_password import change_password
from attendance.actions.accounts.choose_password import require_password_allowed
from attendance.rules.accounts.account_refusals import WrongPassword as WrongPasswordGiven
from gql.accounts.account_refusals import PasswordNotAllowed, WrongPassword
from gql.accounts.chosen_password import LONGEST_PASSWORD, OF_NEW
from gql.accounts.present_password import is_present_password, read_own_account
from gql.fields.access import signed_in
from gql.fields.context import Info, changing
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.protocol.errors import BadInput


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
    if len(input.new_password) > LONGEST_PASSWORD:
        raise BadInput(f'Argument "input.newPassword" has at most {LONGEST_PASSWORD} characters.')
    context, passwords = info.context, info.context.services.passwords
    holder = await read_own_account(info)
    if not await is_present_password(info, holder, input.present_password):
        if await passwords.fits(input.new_password, holder.password_hash):
            return ChangePasswordSuccess(ended_sessions=0)
        raise WrongPasswordGiven
    await require_password_allowed(holder, input.new_password)
    checked, password_hash = holder.password_hash or "", await passwords.hash(input.new_password)
    async with changing(info) as (uow, viewer):
        ended = await change_password(uow, viewer, checked, password_hash, now=context.clock())
    context.tell(SecurityEventKind.PASSWORD_CHANGED, viewer.caller)
    return ChangePasswordSuccess(ended_sessions=ended)


field = strawberry.mutation(
    resolver=resolve,
    description="Change the caller's password. All other sessions of the caller end, and the caller's e-mail address "
    "is told. After 10 wrong passwords within 15 minutes, further attempts are RATE_LIMITED. For staff and guardians "
    "who have a password here.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
