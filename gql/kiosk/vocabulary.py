"""The enumerations of kiosk as the schema has them, each value described."""

from attendance.rules.vocabulary import KioskState, NoCheckInReason
from gql.fields.described import described

__all__ = ["KioskState", "NoCheckInReason"]

described(
    KioskState,
    "Whether a kiosk works.",
    {
        KioskState.ACTIVE: "It works.",
        KioskState.EXPIRED: "Its token has ended by itself.",
        KioskState.REVOKED: "Staff have revoked it.",
    },
)
described(
    NoCheckInReason,
    "Why a student cannot be checked in at the kiosk now. Of several the first is told.",
    {
        NoCheckInReason.NOT_HELD: "The occurrence does not take place today: it was cancelled.",
        NoCheckInReason.CHECKED_IN: "The student is checked in already.",
        NoCheckInReason.MARKED_BY_STAFF: "Staff have excused the student; they alone can change that.",
        NoCheckInReason.READ_ONLY: "Kiosks are switched to read-only.",
        NoCheckInReason.TOO_EARLY: "Check-in opens later, at `opensAt`.",
        NoCheckInReason.TOO_LATE: "Check-in has closed, at `closesAt`.",
    },
)
