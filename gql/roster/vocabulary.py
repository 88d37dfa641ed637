"""The enumerations of roster as the schema has them, each value described."""

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
    "The eleven indicators of a roster's row, in the order in which a roll sheet shows them. Those marked (now) tell "
    "of the present, the others of the occurrence's date.",
    {
        IndicatorKind.MEDICAL_ALERT: "The student's medical text is not blank (now). Detail: the text, for viewers "
        "with SEE_MEDICAL.",
        IndicatorKind.BIRTHDAY: "A birthday within the organization's window around the date. Facts: BirthdayFacts.",
        IndicatorKind.ROLL_SHEET_COMMENT: "The student has a roll-sheet comment. Detail: the comment.",
        IndicatorKind.NOTES: "The student has open notes (now). Facts: NotesFacts.",
        IndicatorKind.MAKEUP: "The row's enrollment is a MAKEUP. Facts: MakeupFacts.",
        IndicatorKind.BALANCE_DUE: "The family owes something (now). Facts: BalanceDueFacts, for viewers with "
        "SEE_BALANCES; in the Staff Portal only where the organization's setting allows it too.",
        IndicatorKind.TRIAL_ENROLLMENT: "The row's enrollment is a TRIAL. Without detail.",
        IndicatorKind.EXPECTED_ABSENT: "An approved expected absence covers the occurrence. "
        "Facts: ExpectedAbsentFacts.",
        IndicatorKind.DROP: "An ACTIVE enrollment ends on or after the date, and neither by a transfer nor with its "
        "session. Facts: DropFacts.",
        IndicatorKind.TRANSFER: "The enrollment ends by a transfer, or began by one and this is its first occurrence. "
        "Facts: TransferFacts.",
        IndicatorKind.FIRST_DAY: "The first occurrence of the enrollment that takes place. Facts: FirstDayFacts.",
    },
)
described(
    RosterOrder,
    "The order of a roster's rows, case aside. Namesakes keep the same order always.",
    {
        RosterOrder.LAST_NAME: "By last name, then first name.",
        RosterOrder.FIRST_NAME: "By first name, then last name.",
    },
)
described(
    TransferDirection,
    "Where a transfer leads, seen from the row's enrollment.",
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
        RollSheetChangeKind.RESTORED: "The cancellation was taken back, so the occurrence takes place.",
        RollSheetChangeKind.TOKENS: "Makeup tokens of the students in `entries` were issued or revoked.",
    },
)
