"""The refusals of accounts (section 12)."""

from dataclasses import dataclass
from uuid import UUID

from attendance.rules.refusals import NothingFound, Refusal
from attendance.rules.vocabulary import LinkNotValidReason, NotInvitableReason, PasswordNotAllowedReason


@dataclass(eq=False)
class LinkNotValid(Refusal):
    """The link of an invitation or of a reset cannot be used (R12.2). Nothing was changed."""

    link_reason: LinkNotValidReason
    message: str


@dataclass(eq=False)
class PasswordNotAllowed(Refusal):
    """The password may not be chosen (R12.3). Nothing was changed."""

    password_reason: PasswordNotAllowedReason
    message: str


@dataclass(eq=False)
class StaffMemberNotFound(NothingFound):
    message: str = "There is no such staff member."


@dataclass(eq=False)
class PermissionGroupNotFound(NothingFound):
    message: str = "There is no such permission group."


@dataclass(eq=False)
class InvitationNotFound(NothingFound):
    message: str = "There is no such invitation."


@dataclass(eq=False)
class AccountNotFound(NothingFound):
    message: str = "There is no such person."


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Another staff member, perhaps one who has left, has the e-mail address."""

    staff_member_id: UUID
    message: str = "Another staff member has this e-mail address."


@dataclass(eq=False)
class PermissionGroupNameTaken(Refusal):
    """Another permission group has the name."""

    permission_group_id: UUID
    message: str = "Another permission group has this name."


@dataclass(eq=False)
class LastOwner(Refusal):
    """The change would leave the organization without an active owner (R12.6)."""

    message: str = "This would leave nobody with the permission OWNER."


@dataclass(eq=False)
class NotInvitable(Refusal):
    """The person cannot be invited, or gets no reset (R12.2)."""

    not_invitable_reason: NotInvitableReason
    message: str


@dataclass(eq=False)
class EmailNotValid(Refusal):
    """The text is not an e-mail address that an account can have."""

    message: str = "This is not an e-mail address such as ann@example.com."


@dataclass(eq=False)
class WrongPassword(Refusal):
    """The present password is another one (R12.3)."""

    message: str = "The present password is wrong."


@dataclass(eq=False)
class SignInNotFound(NothingFound):
    message: str = "There is no such sign-in."
