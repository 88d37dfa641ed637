"""The refusals of accounts (section 12)."""

from dataclasses import dataclass

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import LinkNotValidReason, PasswordNotAllowedReason


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
