"""The refusals of accounts, as types of the schema."""

from datetime import datetime

import strawberry

from attendance.rules.accounts import account_refusals as rules
from gql.accounts.vocabulary import LinkNotValidReason, NotInvitableReason, PasswordNotAllowedReason
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


@refusal(
    rules.EmailTaken,
    description="Another staff member has the e-mail address, perhaps one who has left and can be restored. Nothing "
    "was changed.",
)
class EmailTaken(UserError):
    staff_member_id: strawberry.ID = strawberry.field(description="The id of the staff member who has the address.")


@refusal(
    rules.PermissionGroupNameTaken,
    description="Another permission group has the name; upper and lower case are the same. Nothing was changed.",
)
class PermissionGroupNameTaken(UserError):
    permission_group_id: strawberry.ID = strawberry.field(description="The id of the group that has the name.")


@refusal(
    rules.LastOwner,
    description="The change would leave the organization without an active staff member who holds OWNER. Nothing was "
    "changed.",
)
class LastOwner(UserError):
    pass


@refusal(rules.NotInvitable, description="No link was sent to the person. Nothing was changed.")
class NotInvitable(UserError):
    not_invitable_reason: NotInvitableReason = strawberry.field(description="The reason.")


@refusal(rules.EmailNotValid, description="The text is not an e-mail address. Nothing was sent.")
class EmailNotValid(UserError):
    pass


@refusal(rules.WrongPassword, description="The present password is another one. Nothing was changed.")
class WrongPassword(UserError):
    pass


@refusal(
    rules.SecondFactorRequired,
    description="The password is right, and a second factor is in force. Send the challenge with a code to "
    "`completeSignIn`. Nobody was signed in.",
)
class SecondFactorRequired(UserError):
    challenge: str = strawberry.field(description="The text to send with the code. It lets nobody in by itself.")
    expires_at: datetime = strawberry.field(description="When the challenge expires, after 5 minutes.")


@refusal(
    rules.SecondFactorSetupRequired,
    description="The password is right, and a setting requires a second factor for what the person may do. Send the "
    "challenge to `startSecondFactor` and `confirmSecondFactor`. Nobody was signed in.",
)
class SecondFactorSetupRequired(UserError):
    challenge: str = strawberry.field(description="The text to send in place of a session.")
    expires_at: datetime = strawberry.field(description="When the challenge expires, after 5 minutes.")


@refusal(
    rules.SecondFactorAlreadyOn,
    description="A second factor is in force already. Nothing was changed.",
)
class SecondFactorAlreadyOn(UserError):
    pass


@refusal(
    rules.SecondFactorIsRequired,
    description="A setting requires the second factor for what the caller may do. Nothing was changed.",
)
class SecondFactorIsRequired(UserError):
    pass


@refusal(
    rules.WrongCode,
    description="The code is wrong, was used before, or belongs to no second factor. Nothing was changed.",
)
class WrongCode(UserError):
    pass


@refusal(
    rules.ChallengeNotValid,
    description="The challenge has expired, was made for another use, or the password was changed. Sign in again.",
)
class ChallengeNotValid(UserError):
    pass
