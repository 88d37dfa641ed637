"""The indicators of a roster's row (R3.4)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from attendance.rules.roster import indicators as rules
from gql.fields.later import Later, with_later
from gql.fields.scalars import Money
from gql.people.vocabulary import NoteLevel
from gql.protocol.made_later import Of
from gql.roster.vocabulary import IndicatorKind, TransferDirection


@strawberry.type(description="The facts behind a BIRTHDAY indicator.")
class BirthdayFacts:
    birthday_on: date = strawberry.field(
        description="The date of the birthday that is near the occurrence. For a student born on 29 February, it is "
        "28 February in common years."
    )
    age: int = strawberry.field(description="The age, in years, that the student reaches on this birthday.")


@strawberry.type(description="The facts behind a NOTES indicator.")
class NotesFacts:
    count: int = strawberry.field(description="The number of open notes.")
    highest_level: NoteLevel = strawberry.field(
        description="CRITICAL when at least one open note is critical; otherwise NORMAL."
    )


@strawberry.type(description="The facts behind a MAKEUP indicator.")
class MakeupFacts:
    missed_offering_name: str | None = strawberry.field(
        description="The name of the missed class. Null when it is not known."
    )
    missed_on: date | None = strawberry.field(description="The date of the missed class. Null when it is not known.")


@strawberry.type(
    description="The facts behind a BALANCE_DUE indicator. They are shown only to viewers with SEE_BALANCES; in the "
    "Staff Portal, the organization's setting must also allow it."
)
class BalanceDueFacts:
    amount: Money = strawberry.field(description="The amount that the family owes. It is more than zero.")
    currency: str = strawberry.field(description="The currency of the amount as an ISO 4217 code, such as USD.")


@strawberry.type(description="The facts behind an EXPECTED_ABSENT indicator.")
class ExpectedAbsentFacts:
    is_excused: bool = strawberry.field(
        description="Whether the absence is excused. When several expected absences cover the occurrence, an excused "
        "one is shown."
    )
    comment: str | None = strawberry.field(description="The comment on the absence. Null when none was given.")


@strawberry.type(description="The facts behind a DROP indicator.")
class DropFacts:
    drop_on: date = strawberry.field(description="The last date of the enrollment.")
    is_last_occurrence: bool = strawberry.field(
        description="Whether no later occurrence of the enrollment takes place."
    )


@strawberry.type(description="The facts behind a TRANSFER indicator.")
class TransferFacts:
    direction: TransferDirection = strawberry.field(
        description="Whether the student transfers out of this class or into it."
    )
    other_offering_name: str | None = strawberry.field(
        description="The name of the class at the other end of the transfer. Null when none was recorded."
    )


@strawberry.type(description="The facts behind a FIRST_DAY indicator.")
class FirstDayFacts:
    is_first_enrollment: bool = strawberry.field(
        description="Whether the student has no enrollment that started earlier. Enrollments of type WAITLIST do not "
        "count."
    )


IndicatorFacts = Annotated[
    BirthdayFacts
    | NotesFacts
    | MakeupFacts
    | BalanceDueFacts
    | ExpectedAbsentFacts
    | DropFacts
    | TransferFacts
    | FirstDayFacts,
    strawberry.union(
        "IndicatorFacts",
        description="The facts behind an indicator, as values for programs. Each kind that has facts has its own type.",
    ),
]


@strawberry.type(
    description="A sign that is shown beside a student on a roll sheet. A row has at most one indicator of each kind, "
    "in the order of IndicatorKind. `detail` is a text for people; `facts` holds the same information for programs."
)
class Indicator(Later):
    kind: IndicatorKind = strawberry.field(description="Which of the eleven kinds it is.")
    label: str = strawberry.field(description='The English name of the kind, such as "Medical Alert".')
    detail: str | None = strawberry.field(
        description="A short English text. Null when the kind has no detail, and when the viewer may see that the "
        "indicator is raised but not why (medical text, balance)."
    )
    facts: IndicatorFacts | None = strawberry.field(
        description="The facts as typed values. Null for MEDICAL_ALERT, ROLL_SHEET_COMMENT and TRIAL_ENROLLMENT, and "
        "when the viewer may not see them."
    )
    raised: strawberry.Private[rules.Indicator]


def _birthday(facts: rules.BirthdayFacts) -> BirthdayFacts:
    return BirthdayFacts(birthday_on=facts.on_date, age=facts.age)


def _notes(facts: rules.NotesFacts) -> NotesFacts:
    return NotesFacts(count=facts.count, highest_level=facts.highest_level)


def _makeup(facts: rules.MakeupFacts) -> MakeupFacts:
    return MakeupFacts(missed_offering_name=facts.missed_offering, missed_on=facts.missed_on)


def _balance_due(facts: rules.BalanceDueFacts) -> BalanceDueFacts:
    return BalanceDueFacts(amount=Money(Decimal(facts.amount)), currency=facts.currency)


def _expected_absent(facts: rules.ExpectedAbsentFacts) -> ExpectedAbsentFacts:
    return ExpectedAbsentFacts(is_excused=facts.is_excused, comment=facts.comment)


def _drop(facts: rules.DropFacts) -> DropFacts:
    return DropFacts(drop_on=facts.drop_on, is_last_occurrence=facts.is_last_occurrence)


def _transfer(facts: rules.TransferFacts) -> TransferFacts:
    return TransferFacts(direction=facts.direction, other_offering_name=facts.other_offering)


def _first_day(facts: rules.FirstDayFacts) -> FirstDayFacts:
    return FirstDayFacts(is_first_enrollment=facts.is_first_enrollment)


_SHOW: dict[type, Callable[[Any], Any]] = {
    rules.BirthdayFacts: _birthday,
    rules.NotesFacts: _notes,
    rules.MakeupFacts: _makeup,
    rules.BalanceDueFacts: _balance_due,
    rules.ExpectedAbsentFacts: _expected_absent,
    rules.DropFacts: _drop,
    rules.TransferFacts: _transfer,
    rules.FirstDayFacts: _first_day,
}


def _show_facts(facts: Any) -> Any:
    return None if facts is None else _SHOW[type(facts)](facts)


Indicator.made_later = {
    "kind": "raised.kind",
    "label": "raised.label",
    "detail": "raised.detail",
    "facts": Of(_show_facts, ("raised.facts",)),
}


def show_indicator(raised: rules.Indicator) -> Indicator:
    return with_later(Indicator, raised=raised)
