"""The kiosk's enumerations in the schema, with a description of each value."""

from attendance.rules.vocabulary import KioskState, NoCheckInReason, NoUndoReason
from gql.fields.described import described

__all__ = ["KioskState", "NoCheckInReason", "NoUndoReason"]

described(
    KioskState,
    "Whether a kiosk can be used.",
    {
        KioskState.ACTIVE: "The kiosk can be used.",
        KioskState.EXPIRED: "The kiosk's token has expired.",
        KioskState.REVOKED: "Staff have revoked the kiosk.",
    },
)
described(
    NoCheckInReason,
    "Why a student cannot be checked in at the kiosk now. When several reasons apply, the first of them is given.",
    {
        NoCheckInReason.NOT_HELD: "The occurrence was cancelled, so it does not take place.",
        NoCheckInReason.CHECKED_IN: "The student is already checked in.",
        NoCheckInReason.MARKED_BY_STAFF: "Staff have marked the student as excused. Only staff can change that.",
        NoCheckInReason.READ_ONLY: "A setting has made kiosks read-only.",
        NoCheckInReason.TOO_EARLY: "Check-in opens later, at `opensAt`.",
        NoCheckInReason.TOO_LATE: "Check-in closed at `closesAt`.",
    },
)
described(
    NoUndoReason,
    "Why a kiosk cannot take a check-in back.",
    {
        NoUndoReason.NOT_CHECKED_IN: "The student is not checked in.",
        NoUndoReason.NOT_BY_THIS_KIOSK: "Another kiosk or staff made or changed the mark. Only staff can change it.",
        NoUndoReason.TOO_LATE: "The check-in was made more than a minute ago. Only staff can change it.",
    },
)
