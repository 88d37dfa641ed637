"""The refusals of accounts (section 12)."""

from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class IssuedChallenge:
    """The text to send back with a code, and when it expires."""

    challenge: str
    expires_at: datetime


@dataclass(eq=False)
class SecondFactorRequired(Refusal):
    """The password is right, and a code of the second factor is needed too (R12.4)."""

    challenge: str
    expires_at: datetime
    message: str = "Enter the code of your authenticator app, or a recovery code."


@dataclass(eq=False)
class SecondFactorSetupRequired(Refusal):
    """The password is right, and the person must set up a second factor before signing in (R12.4)."""

    challenge: str
    expires_at: datetime
    message: str = "Your permissions need a second factor. Set up an authenticator app first."


@dataclass(eq=False)
class SecondFactorAlreadyOn(Refusal):
    message: str = "A second factor is in force already. Remove it before you set up another one."


@dataclass(eq=False)
class SecondFactorIsRequired(Refusal):
    """A setting requires the second factor for what the person may do (R12.4)."""

    message: str = "Your permissions need a second factor, so it cannot be removed."


@dataclass(eq=False)
class WrongCode(Refusal):
    """The code is wrong, was used before, or belongs to no second factor (R12.4)."""

    message: str = "The code is wrong or was used already. Wait for the next one."


@dataclass(eq=False)
class ChallengeNotValid(Refusal):
    message: str = "Too much time has passed since the password was entered. Sign in again."
