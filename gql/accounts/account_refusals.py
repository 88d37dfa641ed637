"""The refusals of accounts, as types of the schema."""

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
