"""The roster's enumerations in the schema, with a description of each value."""

from enum import StrEnum

from attendance.rules.roster.indicators import TransferDirection
from attendance.rules.roster.roster import RosterOrder
from attendance.rules.vocabulary import ChangeKind, IndicatorKind
from gql.fields.described import described

__all__ = ["IndicatorKind", "RollSheetChangeKind", "RosterOrder", "TransferDirection"]


class RollSheetChangeKind(StrEnum):
    SNAPSHOT = "SNAPSHOT"
    MARKS = ChangeKind.MARKS
    ROSTER = ChangeKind.ROSTER
    CANCELLED = ChangeKind.CANCELLED
    RESTORED = ChangeKind.RESTORED
    TOKENS = ChangeKind.TOKENS


described(
    IndicatorKind,
    "The eleven kinds of indicators of a roster's row, in the order in which a roll sheet shows them. Those marked "
    "(now) show the present state; the others refer to the occurrence's date.",
    {
        IndicatorKind.MEDICAL_ALERT: 'The student has a medical text (now). A text that only says "none" or the like '
        "does not count. `detail` holds the text for viewers with SEE_MEDICAL.",
        IndicatorKind.BIRTHDAY: "The student has a birthday near the date, within the organization's window of days. "
        "`facts` is a BirthdayFacts.",
        IndicatorKind.ROLL_SHEET_COMMENT: "The student has a roll-sheet comment. `detail` holds the comment.",
        IndicatorKind.NOTES: "The student has open notes (now). `facts` is a NotesFacts.",
        IndicatorKind.MAKEUP: "The row's enrollment is a MAKEUP. `facts` is a MakeupFacts.",
        IndicatorKind.BALANCE_DUE: "The student's family owes an amount (now). `facts` is a BalanceDueFacts for "
        "viewers with SEE_BALANCES; in the Staff Portal, the organization's setting must also allow it.",
        IndicatorKind.TRIAL_ENROLLMENT: "The row's enrollment is a TRIAL. It has no detail and no facts.",
        IndicatorKind.EXPECTED_ABSENT: "An approved expected absence covers the occurrence. `facts` is an "
        "ExpectedAbsentFacts.",
        IndicatorKind.DROP: "The row's ACTIVE enrollment ends on or after the date, but not because of a transfer and "
        "not because its session ends. `facts` is a DropFacts.",
        IndicatorKind.TRANSFER: "The row's enrollment ends by a transfer, or it began by one and this is its first "
        "occurrence. `facts` is a TransferFacts.",
        IndicatorKind.FIRST_DAY: "This is the first occurrence of the enrollment that takes place. `facts` is a "
        "FirstDayFacts.",
    },
)
described(
    RosterOrder,
    "The order of a roster's rows, ignoring case. Students with the same name always keep the same order.",
    {
        RosterOrder.LAST_NAME: "By last name, then first name.",
        RosterOrder.FIRST_NAME: "By first name, then last name.",
    },
)
described(
    TransferDirection,
    "The direction of a transfer, seen from the row's enrollment.",
    {
        TransferDirection.OUTGOING: "The student leaves for the other class.",
        TransferDirection.INCOMING: "The student came from the other class.",
    },
)
described(
    RollSheetChangeKind,
    "What an event of a roll sheet is about.",
    {
        RollSheetChangeKind.SNAPSHOT: "The event holds the whole current roll sheet: replace what you have with it. "
        "It is the first event of a new stream. It is also sent instead of changes that can no longer be sent one by "
        "one.",
        RollSheetChangeKind.MARKS: "Marks were made, changed or cleared.",
        RollSheetChangeKind.ROSTER: "Rows were added, removed or changed in something other than their mark.",
        RollSheetChangeKind.CANCELLED: "The occurrence was cancelled.",
        RollSheetChangeKind.RESTORED: "The occurrence was restored: its cancellation was taken back.",
        RollSheetChangeKind.TOKENS: "Makeup tokens of the students in `entries` were issued or revoked.",
    },
)
