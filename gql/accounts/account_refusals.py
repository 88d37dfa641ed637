"""The refusals of accounts, as types of the schema."""

import strawberry

from attendance.rules.accounts import account_refusals as rules
from gql.accounts.vocabulary import LinkNotValidReason, PasswordNotAllowedReason
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.LinkNotValid,
    description="The link of an invitation or of a reset cannot be used. Nothing was changed.",
)
class LinkNotValid(UserError):
    link_reason: LinkNotValidReason = strawberry.field(description="The reason.")


@refusal(
    rules.PasswordNotAllowed,
    description="The password may not be chosen. Any other password of 8 to 128 characters may, whatever characters "
    "it has. Nothing was changed; the link can still be used.",
)
class PasswordNotAllowed(UserError):
    password_reason: PasswordNotAllowedReason = strawberry.field(description="The reason.")
