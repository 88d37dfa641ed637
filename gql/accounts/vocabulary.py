"""The enumerations of accounts."""

from attendance.rules.vocabulary import (
    AccountLinkPurpose,
    LinkNotValidReason,
    NotInvitableReason,
    PasswordNotAllowedReason,
)
from gql.fields.described import described

__all__ = ["AccountLinkPurpose", "LinkNotValidReason", "NotInvitableReason", "PasswordNotAllowedReason"]

described(
    AccountLinkPurpose,
    "What a link to choose a password is for.",
    {
        AccountLinkPurpose.INVITATION: "An invitation: the person chooses the first password.",
        AccountLinkPurpose.PASSWORD_RESET: "A reset: the person chooses another password.",
    },
)
described(
    LinkNotValidReason,
    "Why a link of an invitation or of a reset cannot be used.",
    {
        LinkNotValidReason.UNKNOWN: "There is no such link for this purpose.",
        LinkNotValidReason.USED: "The link was used already. Each link can be used once.",
        LinkNotValidReason.EXPIRED: "The link has expired.",
        LinkNotValidReason.REVOKED: "A newer link was sent, the invitation was revoked, or the person has left.",
    },
)
described(
    PasswordNotAllowedReason,
    "Why a password may not be chosen.",
    {
        PasswordNotAllowedReason.TOO_SHORT: "It has less than 8 characters.",
        PasswordNotAllowedReason.TOO_LONG: "It has more than 128 characters.",
        PasswordNotAllowedReason.COMMON: "It is on a list of common passwords, whatever its upper and lower case.",
        PasswordNotAllowedReason.PERSONAL: "It is the person's name or e-mail address, or the name of the business.",
    },
)
described(
    NotInvitableReason,
    "Why somebody gets no invitation, or no link to reset the password.",
    {
        NotInvitableReason.NO_EMAIL: "No e-mail address of the person is known, or it cannot be written to.",
        NotInvitableReason.HAS_LEFT: "The person has left.",
        NotInvitableReason.HAS_PASSWORD: "The person has chosen a password already. It can be reset instead.",
        NotInvitableReason.HAS_NO_PASSWORD: "The person has not chosen a password yet. Send an invitation instead.",
        NotInvitableReason.TOO_MANY: "Three resets were started for the person within an hour.",
    },
)
