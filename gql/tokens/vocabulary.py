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
    "Where a makeup token is in its life. Derived from its dates and links, so it is true at any moment.",
    {
        MakeupTokenState.SCHEDULED: "Its issue date is still ahead. Families do not see it yet.",
        MakeupTokenState.AVAILABLE: "It can be redeemed.",
        MakeupTokenState.REQUESTED: "The family has asked for a makeup, and staff have not decided.",
        MakeupTokenState.PENDING: "A makeup is booked for today or a later day.",
        MakeupTokenState.SPENT: "The day of its makeup has come and gone.",
        MakeupTokenState.EXPIRED: "It was not redeemed by the end of its expiration date.",
        MakeupTokenState.REVOKED: "The system took it back, since its absence is none any more. Staff only.",
        MakeupTokenState.DELETED: "Staff deleted it. Staff only.",
    },
)
described(
    MakeupTokenOrigin,
    "What a makeup token was issued for.",
    {
        MakeupTokenOrigin.ABSENCE: "An absence from a class; issued by itself.",
        MakeupTokenOrigin.CANCELLATION: "A cancelled class.",
        MakeupTokenOrigin.MANUAL: "Staff issued it by hand.",
    },
)
described(
    TokenTrigger,
    "Which absences from classes earn makeup tokens.",
    {
        TokenTrigger.ALL_ABSENCES: "ABSENT and EXCUSED_ABSENCE.",
        TokenTrigger.EXCUSED_ONLY: "EXCUSED_ABSENCE alone.",
    },
)
described(
    LimitPeriod,
    "Which tokens count towards the limit, by the date of the class missed.",
    {
        LimitPeriod.OUTSTANDING: "Those that can still be used, whenever the class was missed.",
        LimitPeriod.MONTH: "Those of the calendar month.",
        LimitPeriod.YEAR: "Those of the calendar year.",
        LimitPeriod.SESSION: "Those of the session of the class that covers the date; outside of sessions all.",
        LimitPeriod.ENROLLMENT: "Those of the dates of the enrollment through which the class was missed.",
    },
)
described(
    LimitScope,
    "Whose tokens are counted together.",
    {
        LimitScope.STUDENT: "All of the student.",
        LimitScope.ENROLLMENT: "Those that were earned through the same enrollment.",
    },
)
described(
    ExpiryUnit,
    "What a token's life is counted in.",
    {
        ExpiryUnit.NEVER: "It never expires.",
        ExpiryUnit.DAYS: "Days.",
        ExpiryUnit.WEEKS: "Weeks.",
        ExpiryUnit.MONTHS: "Months: the same day of a later month, or that month's last day.",
        ExpiryUnit.END_OF_SESSION: "Until the end of the session in which the class was missed; in a rolling session, "
        "and without a session, it never expires.",
    },
)
described(
    ExpiryAnchor,
    "What a token's life is counted from.",
    {
        ExpiryAnchor.ISSUE: "The date of its issue.",
        ExpiryAnchor.MISSED_CLASS: "The date of the class missed.",
    },
)
described(
    TokenOutcome,
    "What an absence led to.",
    {
        TokenOutcome.ISSUED: "A makeup token, which stands; `token.state` says what became of it.",
        TokenOutcome.WAITING: "None yet: a run is due that will issue it, unless something changes until then.",
        TokenOutcome.SKIPPED: "None; `cause` says why.",
        TokenOutcome.REVOKED: "One that was taken back; `cause` says why.",
        TokenOutcome.DELETED: "One that staff deleted; it stays deleted.",
        TokenOutcome.UNDECIDED: "It would earn one, but nothing has decided: the mark was not made here, but brought "
        "in. Submitting its roll sheet again decides.",
    },
)
described(
    MakeupTokenAct,
    "What was done with a makeup token, or decided about an absence.",
    {
        MakeupTokenAct.ISSUED: "It was issued.",
        MakeupTokenAct.SKIPPED: "An absence or a cancelled class got none; the cause says why.",
        MakeupTokenAct.REVOKED: "The system took it back: its ground was gone.",
        MakeupTokenAct.REINSTATED: "The system gave it back: its ground returned.",
        MakeupTokenAct.FLAGGED: "Its ground was gone, but it is used: left for staff to review.",
        MakeupTokenAct.UNFLAGGED: "Its ground returned, and nothing is left to be reviewed.",
        MakeupTokenAct.REQUESTED: "The family requested a makeup with it.",
        MakeupTokenAct.DENIED: "Staff denied the family's request.",
        MakeupTokenAct.WITHDRAWN: "The family withdrew its request.",
        MakeupTokenAct.REDEEMED: "A makeup was booked with it.",
        MakeupTokenAct.RESET: "Its makeup, or a request for one, was given up, and the token was freed.",
        MakeupTokenAct.EDITED: "Staff changed it; the facts have before and after.",
        MakeupTokenAct.DELETED: "Staff deleted it.",
        MakeupTokenAct.EXPIRED: "Its last local day ended while it was unused. Derived from its dates.",
    },
)
described(
    TokenCause,
    "Why an absence has no makeup token, or why one was taken back or must be reviewed.",
    {
        TokenCause.NOT_A_CLASS: "Camps and appointments earn none.",
        TokenCause.OCCURRENCE_CANCELLED: "The class was cancelled.",
        TokenCause.NOT_MARKED: "The mark was cleared.",
        TokenCause.NOT_ABSENT: "The mark is no absence any more.",
        TokenCause.NOT_EXCUSED: "Only excused absences earn: the setting tokenTrigger.",
        TokenCause.TYPE_DOES_NOT_EARN: "Enrollments of this type earn none: the setting earningTypes.",
        TokenCause.TOKENS_OFF: "Makeup tokens are switched off: the setting tokensEnabled.",
        TokenCause.OVER_LIMIT: "The limit of the setting tokenLimit was reached.",
        TokenCause.HAS_TOKEN: "The student has another token of the same class.",
        TokenCause.DELETED_BY_HAND: "Staff deleted the token of this class, and it stays deleted.",
        TokenCause.OCCURRENCE_RESTORED: "The cancelled class was restored.",
    },
)
described(
    MakeupTokenDatesReason,
    "What is wrong with the dates of a makeup token.",
    {
        MakeupTokenDatesReason.EXPIRY_AND_NEVER: "It was given an expiration date, and told never to expire.",
        MakeupTokenDatesReason.EXPIRES_BEFORE_ISSUE: "It would expire before the date from which on it is good.",
        MakeupTokenDatesReason.EXPIRED_ALREADY: "A new one would be expired from the first: `expiresOn`, given or by "
        "the setting, is over.",
    },
)
described(
    TokenRunPhase,
    "When a deferred run happens.",
    {
        TokenRunPhase.AFTER_CLASS: "30 minutes after the class ends.",
        TokenRunPhase.END_OF_DAY: "At 23:59 local time on the occurrence's date, to capture any changes.",
    },
)
described(
    TokenRunState,
    "Whether a deferred run is still to happen.",
    {
        TokenRunState.ARMED: "It happens once it is due. One that could not happen in time happens late, never not.",
        TokenRunState.DONE: "It has happened. A later deferred mark can arm it again.",
    },
)
