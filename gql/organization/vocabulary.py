"""The enumerations of organization as the schema has them, each value described."""

from attendance.rules.vocabulary import SignInRefusedReason
from gql.fields.described import described

__all__ = ["SignInRefusedReason"]

described(
    SignInRefusedReason,
    "Why nobody was signed in, or why a session does not continue.",
    {
        SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD: "No account has this e-mail address, or the password is wrong. "
        "The answer does not reveal which.",
        SignInRefusedReason.WRONG_PORTAL: "The account exists, but may not use this portal. This is only said after a "
        "correct password.",
        SignInRefusedReason.REFRESH_TOKEN_NOT_VALID: "The text was never a refresh token, or it is older than the "
        "previous refresh token.",
        SignInRefusedReason.SESSION_EXPIRED: "The refresh token was not used in time. Sign in again.",
        SignInRefusedReason.SESSION_ENDED: "The session has ended: the person signed out, or has left, or the "
        "previous refresh token was used a second time, which indicates theft. Sign in again.",
    },
)
