"""The mutation requestPasswordReset, for somebody who forgot the password (R12.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.rules.accounts.account_refusals import EmailNotValid as EmailNotValidGiven
from attendance.rules.accounts.email_addresses import LONGEST_EMAIL, is_email_address
from db.organization.security_events import Happening
from gql.accounts.account_refusals import EmailNotValid
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.fields.vocabulary import SecurityEventKind
from gql.protocol.errors import RateLimited


@strawberry.input(description="Who forgot the password.")
class RequestPasswordResetInput:
    email: str = strawberry.field(
        description=f"The e-mail address of the account, at most {LONGEST_EMAIL} characters. Upper and lower case are "
        "the same."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Ignored, because it is not needed: a newer link replaces an older one."
    )


@strawberry.type(
    description="The request was taken. If the address has accounts with a password, a link for each is on its way to "
    "it. The answer is the same if it has none."
)
class RequestPasswordResetSuccess:
    email: str = strawberry.field(description="The e-mail address of the request.")


RequestPasswordResetResult: TypeAlias = Annotated[
    RequestPasswordResetSuccess | EmailNotValid,
    strawberry.union("RequestPasswordResetResult", description="The request, or the reason why it was not taken."),
]


async def resolve(
    info: Info, input: Annotated[RequestPasswordResetInput, strawberry.argument(description="Who forgot the password.")]
) -> RequestPasswordResetResult | None:
    email = input.email.strip()
    if not is_email_address(email):
        raise EmailNotValidGiven
    context, services = info.context, info.context.services
    attempts = services.reset_attempts
    is_within = await attempts.begin(email, context.address)
    kind = SecurityEventKind.PASSWORD_RESET_REQUESTED if is_within else SecurityEventKind.PASSWORD_RESET_LIMITED
    services.security_log.tell_of_address(email, Happening(kind, address=context.address))
    if not is_within:
        raise RateLimited("This was requested too often. Wait before you try again.", retryAfterSeconds=attempts.window)
    services.password_resets.request(email, context.address)
    return RequestPasswordResetSuccess(email=input.email)


field = strawberry.mutation(
    resolver=resolve,
    description="Ask for a link with which to choose another password. It can be used once, for 30 minutes, and "
    "revokes an earlier one; the password stays as it is until then. Open to everybody. The answer and its time are "
    "the same whether the address is known or not. After 3 requests for one e-mail address, or 30 from one network "
    "address, within an hour, further ones are RATE_LIMITED.",
    metadata=open_to_all(),
)
