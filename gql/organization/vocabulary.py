"""The enumerations of organization as the schema has them, each value described."""

from attendance.rules.vocabulary import SignInRefusedReason
from gql.fields.described import described

__all__ = ["SignInRefusedReason"]

described(
    SignInRefusedReason,
    "Why nobody was signed in, or a session does not go on.",
    {
        SignInRefusedReason.WRONG_EMAIL_OR_PASSWORD: "There is no such account, or the password is wrong; which of "
        "them is not told.",
        SignInRefusedReason.WRONG_PORTAL: "The account is right, but not for this portal. Told only after the right "
        "password.",
        SignInRefusedReason.REFRESH_TOKEN_NOT_VALID: "This was never a refresh token, or it is older than the one "
        "before the current one.",
        SignInRefusedReason.SESSION_EXPIRED: "The refresh token was not used in time. Sign in again.",
        SignInRefusedReason.SESSION_ENDED: "Signed out, left, or ended because the refresh token before the current "
        "one came back, which tells of theft. Sign in again.",
    },
)
