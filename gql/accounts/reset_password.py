"""The mutation resetPassword, with which somebody who forgot the password chooses another one (R12.2)."""

from typing import Annotated, TypeAlias

import strawberry

from gql.accounts.account_refusals import LinkNotValid, PasswordNotAllowed
from gql.accounts.chosen_password import OF_KEY, OF_NEW, OF_TOKEN, use_link
from gql.accounts.vocabulary import AccountLinkPurpose
from gql.fields.access import open_to_all
from gql.fields.context import Info


@strawberry.input(description="The link of a reset, and the password to choose.")
class ResetPasswordInput:
    token: str = strawberry.field(description=OF_TOKEN)
    password: str = strawberry.field(description=OF_NEW)
    idempotency_key: str | None = strawberry.field(default=None, description=OF_KEY)


@strawberry.type(description="The password is chosen. Sign in with it.")
class ResetPasswordSuccess:
    email: str | None = strawberry.field(
        description="The e-mail address to sign in with. Null when it was removed meanwhile."
    )
    organization_name: str = strawberry.field(description="The name of the organization.")


ResetPasswordResult: TypeAlias = Annotated[
    ResetPasswordSuccess | LinkNotValid | PasswordNotAllowed,
    strawberry.union(
        "ResetPasswordResult", description="The account to sign in to, or the reason why the password was not chosen."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[ResetPasswordInput, strawberry.argument(description="The link, and the password to choose.")],
) -> ResetPasswordResult | None:
    holder = await use_link(info, AccountLinkPurpose.PASSWORD_RESET, input.token, input.password)
    return ResetPasswordSuccess(email=holder.email, organization_name=holder.organization_name)


field = strawberry.mutation(
    resolver=resolve,
    description="Choose another password with the link of a reset. All sessions of the person end, and the person "
    "is told by e-mail. Open to everybody: the token of the link is the credential. A link can be used "
    "once, for 30 minutes. After 10 attempts with one link, or 100 from one network address, within 15 minutes, "
    "further attempts are RATE_LIMITED.",
    metadata=open_to_all(),
)
