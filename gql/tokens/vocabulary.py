"""The enumerations of tokens as the schema has them, each value described."""

from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.tokens.token_decisions import TokenOutcome
from attendance.rules.vocabulary import (
    ExpiryAnchor,
    ExpiryUnit,
    LimitPeriod,
    LimitScope,
    MakeupTokenAct,
    MakeupTokenDatesReason,
    MakeupTokenOrigin,
    MakeupTokenState,
    TokenRunPhase,
    TokenRunState,
    TokenTrigger,
)
from gql.fields.described import described

__all__ = [
    "ExpiryAnchor",
    "ExpiryUnit",
    "LimitPeriod",
    "LimitScope",
    "MakeupTokenAct",
    "MakeupTokenDatesReason",
    "MakeupTokenOrigin",
    "MakeupTokenState",
    "TokenCause",
    "TokenOutcome",
    "TokenRunPhase",
    "TokenRunState",
    "TokenTrigger",
]

described(
    MakeupTokenState,
    "The state of a makeup token. It is derived from the token's dates and links, so it is correct at every moment.",
    {
        MakeupTokenState.SCHEDULED: "The issue date lies in the future. Families do not see the token yet.",
        MakeupTokenState.AVAILABLE: "The token can be redeemed.",
        MakeupTokenState.REQUESTED: "The family has requested a makeup with the token, and staff have not decided yet.",
        MakeupTokenState.PENDING: "A makeup is booked with the token for today or a later date.",
        MakeupTokenState.SPENT: "The date of the makeup that was booked with the token has passed.",
        MakeupTokenState.EXPIRED: "The token was not redeemed by the end of its expiration date.",
        MakeupTokenState.REVOKED: "The system revoked the token, because the absence or cancellation that it was "
        "issued for no longer earns one. Only staff see it.",
        MakeupTokenState.DELETED: "Staff deleted the token. Only staff see it.",
    },
)
described(
    MakeupTokenOrigin,
    "What a makeup token was issued for.",
    {
        MakeupTokenOrigin.ABSENCE: "An absence from a class. The system issued the token.",
        MakeupTokenOrigin.CANCELLATION: "A cancelled class.",
        MakeupTokenOrigin.MANUAL: "Staff issued the token by hand.",
    },
)
described(
    TokenTrigger,
    "Which absences from classes earn makeup tokens.",
    {
        TokenTrigger.ALL_ABSENCES: "Absences with the status ABSENT or EXCUSED_ABSENCE.",
        TokenTrigger.EXCUSED_ONLY: "Only absences with the status EXCUSED_ABSENCE.",
    },
)
described(
    LimitPeriod,
    "Which tokens count towards the token limit. The date of the missed class decides.",
    {
        LimitPeriod.OUTSTANDING: "Tokens that can still be used, whatever the date of the missed class.",
        LimitPeriod.MONTH: "Tokens of the same calendar month.",
        LimitPeriod.YEAR: "Tokens of the same calendar year.",
        LimitPeriod.SESSION: "Tokens of the class's session that covers the date. For a date outside of all sessions, "
        "all tokens count.",
        LimitPeriod.ENROLLMENT: "Tokens within the dates of the enrollment through which the class was missed.",
    },
)
described(
    LimitScope,
    "Whose tokens are counted together for the token limit.",
    {
        LimitScope.STUDENT: "All tokens of the student.",
        LimitScope.ENROLLMENT: "Only the tokens that were earned through the same enrollment.",
    },
)
described(
    ExpiryUnit,
    "The unit in which the lifetime of a token is given.",
    {
        ExpiryUnit.NEVER: "The token never expires.",
        ExpiryUnit.DAYS: "Days.",
        ExpiryUnit.WEEKS: "Weeks.",
        ExpiryUnit.MONTHS: "Months: the same day of a later month, or the last day of that month if it is shorter.",
        ExpiryUnit.END_OF_SESSION: "Until the end of the session in which the class was missed; of several sessions "
        "that cover the date, the latest end counts. Without a session, or in a rolling session, the token never "
        "expires.",
    },
)
described(
    ExpiryAnchor,
    "The date from which the lifetime of a token is counted.",
    {
        ExpiryAnchor.ISSUE: "The issue date of the token.",
        ExpiryAnchor.MISSED_CLASS: "The date of the missed class.",
    },
)
described(
    TokenOutcome,
    "What an absence led to.",
    {
        TokenOutcome.ISSUED: "A makeup token was issued. `token.state` says what became of it.",
        TokenOutcome.WAITING: "No token was issued yet, but a deferred run is due that will issue one, unless "
        "something changes before.",
        TokenOutcome.SKIPPED: "No token was issued. `cause` says why.",
        TokenOutcome.REVOKED: "A token was issued and then revoked. `cause` says why, if it is known.",
        TokenOutcome.DELETED: "A token was issued and then deleted by staff. It stays deleted.",
        TokenOutcome.UNDECIDED: "The absence would earn a token, but no decision was made, because the mark was "
        "imported and not recorded here. Submit the roll sheet again to decide.",
    },
)
described(
    MakeupTokenAct,
    "What was done with a makeup token, or decided about an absence.",
    {
        MakeupTokenAct.ISSUED: "The token was issued.",
        MakeupTokenAct.SKIPPED: "An absence or a cancelled class got no token. The cause says why.",
        MakeupTokenAct.REVOKED: "The system revoked the token, because the absence or cancellation no longer earns "
        "one.",
        MakeupTokenAct.REINSTATED: "The system reinstated the token after a revocation, because the absence or "
        "cancellation earns one again.",
        MakeupTokenAct.FLAGGED: "The absence or cancellation no longer earns a token, but the token is already used. "
        "Staff need to review it.",
        MakeupTokenAct.UNFLAGGED: "The absence or cancellation earns a token again, so there is nothing to review any "
        "more.",
        MakeupTokenAct.REQUESTED: "The family requested a makeup with the token.",
        MakeupTokenAct.DENIED: "Staff denied the family's request.",
        MakeupTokenAct.WITHDRAWN: "The family withdrew its request.",
        MakeupTokenAct.REDEEMED: "A makeup was booked with the token.",
        MakeupTokenAct.RESET: "The makeup, or the request for one, was given up, and the token became free.",
        MakeupTokenAct.EDITED: "Staff edited the token. The facts have the values before and after.",
        MakeupTokenAct.DELETED: "Staff deleted the token.",
        MakeupTokenAct.EXPIRED: "The last local date of the token passed while the token was unused. This entry is "
        "derived from the token's dates.",
    },
)
described(
    TokenCause,
    "Why an absence or a cancelled class has no makeup token, or why its token was revoked or must be reviewed.",
    {
        TokenCause.NOT_A_CLASS: "Camps and appointments earn no tokens.",
        TokenCause.OCCURRENCE_CANCELLED: "The class was cancelled.",
        TokenCause.NOT_MARKED: "The mark was cleared.",
        TokenCause.NOT_ABSENT: "The mark is no longer an absence.",
        TokenCause.NOT_EXCUSED: "Only excused absences earn tokens. This is the setting tokenTrigger.",
        TokenCause.TYPE_DOES_NOT_EARN: "Enrollments of this type earn no tokens. This is the setting earningTypes.",
        TokenCause.TOKENS_OFF: "Absences earn no tokens in this organization. This is the setting tokensEnabled.",
        TokenCause.OVER_LIMIT: "The token limit was reached. This is the setting tokenLimit.",
        TokenCause.HAS_TOKEN: "The student already has another token for the same class.",
        TokenCause.DELETED_BY_HAND: "Staff deleted the token for this class. It stays deleted.",
        TokenCause.OCCURRENCE_RESTORED: "The cancelled class was restored.",
        TokenCause.CLASS_NOT_HELD: "The class of the makeup is not held on its date any more, because its sessions, "
        "its meetings or closures were changed.",
    },
)
described(
    MakeupTokenDatesReason,
    "Why a makeup token cannot have the requested dates.",
    {
        MakeupTokenDatesReason.EXPIRY_AND_NEVER: "An expiration date was given, but the token must also never expire.",
        MakeupTokenDatesReason.EXPIRES_BEFORE_ISSUE: "The expiration date would be before the issue date.",
        MakeupTokenDatesReason.EXPIRED_ALREADY: "A new token would be expired from the start: its expiration date, "
        "given or from the settings, is in the past.",
    },
)
described(
    TokenRunPhase,
    "When a deferred run happens.",
    {
        TokenRunPhase.AFTER_CLASS: "30 minutes after the class ends.",
        TokenRunPhase.END_OF_DAY: "At 23:59 local time on the date on which the class ends, to include later changes.",
    },
)
described(
    TokenRunState,
    "Whether a deferred run is still to happen.",
    {
        TokenRunState.ARMED: "The run happens when it is due. A run that could not happen in time happens later; it "
        "is never dropped.",
        TokenRunState.DONE: "The run has happened. A later mark that needs a deferred run can arm it again.",
    },
)
