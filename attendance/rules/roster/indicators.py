"""The eleven indicators of a roll sheet's row (R3.4)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.neighbours import Neighbours
from attendance.rules.organization.amounts import amount_text
from attendance.rules.quickly_made import quickly_made
from attendance.rules.roster.birthdays import birthday_near
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType, IndicatorKind, NoteLevel

LABELS: dict[IndicatorKind, str] = {
    IndicatorKind.MEDICAL_ALERT: "Medical Alert",
    IndicatorKind.BIRTHDAY: "Birthday",
    IndicatorKind.ROLL_SHEET_COMMENT: "Roll Sheet Comment",
    IndicatorKind.NOTES: "Notes",
    IndicatorKind.MAKEUP: "Makeup",
    IndicatorKind.BALANCE_DUE: "Balance Due",
    IndicatorKind.TRIAL_ENROLLMENT: "Trial Enrollment",
    IndicatorKind.EXPECTED_ABSENT: "Expected Absent",
    IndicatorKind.DROP: "Drop",
    IndicatorKind.TRANSFER: "Transfer",
    IndicatorKind.FIRST_DAY: "First Day",
}
_BLANK_MEDICAL_WORDS = frozenset({"", "none", "n/a", "na", "no", "nil", "-"})


class TransferDirection(StrEnum):
    OUTGOING = "OUTGOING"
    INCOMING = "INCOMING"


@quickly_made
class BirthdayFacts:
    on_date: date
    age: int


@quickly_made
class NotesFacts:
    count: int
    highest_level: NoteLevel


@quickly_made
class MakeupFacts:
    """The facts of a MAKEUP indicator. None means that the missed class is not known."""

    missed_offering: str | None
    missed_on: date | None


@quickly_made
class BalanceDueFacts:
    amount: Decimal
    currency: str


@quickly_made
class ExpectedAbsentFacts:
    is_excused: bool
    comment: str | None


@quickly_made
class DropFacts:
    drop_on: date
    is_last_occurrence: bool


@quickly_made
class TransferFacts:
    direction: TransferDirection
    other_offering: str | None


@quickly_made
class FirstDayFacts:
    is_first_enrollment: bool


IndicatorFacts = (
    BirthdayFacts
    | NotesFacts
    | MakeupFacts
    | BalanceDueFacts
    | ExpectedAbsentFacts
    | DropFacts
    | TransferFacts
    | FirstDayFacts
)


@quickly_made
class Indicator:
    """A raised indicator.

    detail -- a sentence for people. None when the kind has no detail, or when the viewer may see that the indicator is
        raised but not its detail.
    facts -- the same as values for programs; None under the same conditions, and for kinds that have none.
    """

    kind: IndicatorKind
    detail: str | None = None
    facts: IndicatorFacts | None = None

    @property
    def label(self) -> str:
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Sight:
    """What the viewer may see of students, and the organization's birthday window (days on either side)."""

    sees_medical: bool
    sees_balances: bool
    birthday_window_days: int = 3
    sees_roll_sheet_comment: bool = True


@quickly_made
class IndicatorInput:
    """The facts about a row from which its indicators follow.

    balance -- the balance of the student's family, in `currency`.
    enrollment -- the enrollment for which the row stands. None when the row has a mark that names no enrollment.
    expected_absence -- the approved expected absence that covers the occurrence. None when there is none.
    around -- the neighbours of the occurrence among those that the enrollment attends.
    is_held -- whether the occurrence is held: it is neither closed nor cancelled nor unscheduled.
    """

    on_date: date
    birth_on: date | None
    medical_alert: str | None
    roll_sheet_comment: str | None
    open_notes: int
    has_critical_note: bool
    balance: Decimal
    currency: str
    enrollment: RosterEnrollment | None
    is_subdued: bool
    expected_absence: ExpectedAbsence | None
    around: Neighbours
    is_held: bool


def is_blank_medical_text(text: str | None) -> bool:
    """Return whether the text is blank or a word for nothing (R3.4). Case and a final full stop do not matter."""
    return (text or "").strip().casefold().removesuffix(".").rstrip() in _BLANK_MEDICAL_WORDS


def indicators(row: IndicatorInput, sight: Sight) -> tuple[Indicator, ...]:
    """Return the raised indicators in the order of IndicatorKind, at most one of each kind."""
    raised: list[Indicator] = []
    _add_of_student(raised, row, sight)
    _add_of_enrollment(raised, row)
    return tuple(raised)


def _add_of_student(raised: list[Indicator], row: IndicatorInput, sight: Sight) -> None:
    if row.medical_alert and not is_blank_medical_text(row.medical_alert):
        raised.append(Indicator(IndicatorKind.MEDICAL_ALERT, row.medical_alert if sight.sees_medical else None))
    birthday = row.birth_on and birthday_near(row.birth_on, row.on_date, sight.birthday_window_days)
    if birthday:
        sentence = f"Turns {birthday.age} on {birthday.on_date}"
        raised.append(Indicator(IndicatorKind.BIRTHDAY, sentence, BirthdayFacts(birthday.on_date, birthday.age)))
    if row.roll_sheet_comment and row.roll_sheet_comment.strip():
        raised.append(Indicator(IndicatorKind.ROLL_SHEET_COMMENT, row.roll_sheet_comment))
    if row.open_notes:
        raised.append(_notes(row.open_notes, row.has_critical_note))
    if row.enrollment and row.enrollment.type is EnrollmentType.MAKEUP:
        raised.append(_makeup(row.enrollment))
    if row.balance > 0:
        raised.append(_balance_due(row, sight))


def _add_of_enrollment(raised: list[Indicator], row: IndicatorInput) -> None:
    enrollment = row.enrollment
    if enrollment and enrollment.type is EnrollmentType.TRIAL:
        raised.append(Indicator(IndicatorKind.TRIAL_ENROLLMENT))
    if row.expected_absence:
        raised.append(_expected_absent(row.expected_absence))
    if enrollment is None or row.is_subdued:
        return
    if dropped := _drop(enrollment, row):
        raised.append(dropped)
    is_first = row.is_held and row.around.is_first_since(enrollment.starts_on)
    if transfer := _transfer(enrollment, is_first):
        raised.append(transfer)
    if is_first:
        sentence = "First enrollment ever" if enrollment.is_first_ever else "First day in this enrollment"
        raised.append(Indicator(IndicatorKind.FIRST_DAY, sentence, FirstDayFacts(enrollment.is_first_ever)))


def _notes(count: int, has_critical: bool) -> Indicator:
    level = NoteLevel.CRITICAL if has_critical else NoteLevel.NORMAL
    sentence = f"{count} open {'note' if count == 1 else 'notes'}{', critical' if has_critical else ''}"
    return Indicator(IndicatorKind.NOTES, sentence, NotesFacts(count, level))


def _makeup(enrollment: RosterEnrollment) -> Indicator:
    known = [enrollment.missed, f"on {enrollment.missed_on}" if enrollment.missed_on else None]
    missed = " ".join(part for part in known if part)
    sentence = f"For {missed}" if missed else None
    return Indicator(IndicatorKind.MAKEUP, sentence, MakeupFacts(enrollment.missed, enrollment.missed_on))


def _balance_due(row: IndicatorInput, sight: Sight) -> Indicator:
    if not sight.sees_balances:
        return Indicator(IndicatorKind.BALANCE_DUE)
    facts = BalanceDueFacts(row.balance, row.currency)
    return Indicator(IndicatorKind.BALANCE_DUE, f"{amount_text(row.balance, row.currency)} {row.currency}", facts)


def _expected_absent(absence: ExpectedAbsence) -> Indicator:
    word = "Excused" if absence.is_excused else "Not excused"
    sentence = f"{word}: {absence.comment}" if absence.comment else word
    facts = ExpectedAbsentFacts(absence.is_excused, absence.comment)
    return Indicator(IndicatorKind.EXPECTED_ABSENT, sentence, facts)


def _drop(enrollment: RosterEnrollment, row: IndicatorInput) -> Indicator | None:
    drop_on = enrollment.drop_on
    if (
        enrollment.type is not EnrollmentType.ACTIVE
        or drop_on is None
        or drop_on < row.on_date
        or enrollment.end_cause in (EnrollmentEnd.TRANSFERRED, EnrollmentEnd.SESSION_ENDED)
    ):
        return None
    is_last = row.around.is_last_until(drop_on)
    sentence = f"Drops on {drop_on}{', last day' if is_last else ''}"
    return Indicator(IndicatorKind.DROP, sentence, DropFacts(drop_on, is_last))


def _transfer(enrollment: RosterEnrollment, is_first: bool) -> Indicator | None:
    """Return the TRANSFER indicator, or None.

    An enrollment can be the source of one transfer and the target of another. A row has one indicator of each kind, so
    the transfer that is still ahead is shown.
    """
    if enrollment.end_cause is EnrollmentEnd.TRANSFERRED or enrollment.transferred_to is not None:
        other, direction = enrollment.transferred_to, TransferDirection.OUTGOING
    elif enrollment.transferred_from is not None and is_first:
        other, direction = enrollment.transferred_from, TransferDirection.INCOMING
    else:
        return None
    word = "to" if direction is TransferDirection.OUTGOING else "from"
    sentence = f"Transfers {word} {other}" if other else f"Transfers {word} another class"
    return Indicator(IndicatorKind.TRANSFER, sentence, TransferFacts(direction, other))
