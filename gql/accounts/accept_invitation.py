"""The mutation acceptInvitation, with which somebody who was invited chooses a password (R12.2)."""

from typing import Annotated, TypeAlias

import strawberry

from gql.accounts.account_refusals import LinkNotValid, PasswordNotAllowed
from gql.accounts.chosen_password import OF_KEY, OF_NEW, OF_TOKEN, use_link
from gql.accounts.vocabulary import AccountLinkPurpose
from gql.fields.access import open_to_all
from gql.fields.context import Info


@strawberry.input(description="The link of an invitation, and the password to choose.")
class AcceptInvitationInput:
    token: str = strawberry.field(description=OF_TOKEN)
    password: str = strawberry.field(description=OF_NEW)
    idempotency_key: str | None = strawberry.field(default=None, description=OF_KEY)


@strawberry.type(description="The password is chosen. Sign in with it.")
class AcceptInvitationSuccess:
    email: str | None = strawberry.field(
        description="The e-mail address to sign in with. Null when it was removed meanwhile."
    )
    organization_name: str = strawberry.field(description="The name of the organization.")


AcceptInvitationResult: TypeAlias = Annotated[
    AcceptInvitationSuccess | LinkNotValid | PasswordNotAllowed,
    strawberry.union(
        "AcceptInvitationResult",
        description="The account to sign in to, or the reason why the password was not chosen.",
    ),
]


async def resolve(
    info: Info,
    input: Annotated[AcceptInvitationInput, strawberry.argument(description="The link, and the password to choose.")],
) -> AcceptInvitationResult | None:
    holder = await use_link(info, AccountLinkPurpose.INVITATION, input.token, input.password)
    return AcceptInvitationSuccess(email=holder.email, organization_name=holder.organization_name)


field = strawberry.mutation(
    resolver=resolve,
    description="Accept an invitation: choose the password of the account. "
    "Open to everybody: the token of the link is the credential. An invitation can be used once, "
    "for 72 hours; the link that `rollbook.py found` prints, for 30 minutes. "
    "After 10 attempts with one link, or 100 from one network address, within 15 minutes, further attempts are "
    "RATE_LIMITED.",
    metadata=open_to_all(),
)
