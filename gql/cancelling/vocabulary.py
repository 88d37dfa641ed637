"""The enumerations of cancelling as the schema has them, each value described."""

from attendance.rules.cancelling.left_out import NoTokensReason
from gql.fields.described import described

__all__ = ["NoTokensReason"]

described(
    NoTokensReason,
    "Why a cancellation creates no makeup tokens at all.",
    {
        NoTokensReason.NOT_ASKED: "The input has no `createTokens`.",
        NoTokensReason.NOT_A_CLASS: "All of the occurrences belong to camps or appointments.",
        NoTokensReason.NOBODY_ON_ROSTER: "There are no students on the rosters.",
        NoTokensReason.ALL_LEFT_OUT: "There are students on the rosters, but none of them gets a token; `leftOut` "
        "names them with the reason.",
        NoTokensReason.NONE_NEEDED: "Each student has a token of this cancellation already, or gets the token of a "
        "makeup back.",
    },
)
