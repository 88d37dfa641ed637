"""Indicators of a roster's row (R3.4)."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import strawberry

from attendance.rules.roster import indicators as rules
from attendance.rules.vocabulary import IndicatorKind, NoteLevel
from gql.fields.scalars import Money


@strawberry.type(description="Facts of a BIRTHDAY indicator.")
class BirthdayFacts:
    birthday_on: date = strawberry.field(
        description="The birthday near the occurrence; for those born on 29 February the 28th in common years."
    )
    age: int = strawberry.field(description="The age reached on it, in years.")


@strawberry.type(description="Facts of a NOTES indicator.")
class NotesFacts:
    count: int = strawberry.field(description="How many notes are open.")
    highest_level: NoteLevel = strawberry.field(description="CRITICAL if at least one of them is.")


@strawberry.type(description="Facts of a MAKEUP indicator. Null where the class missed is not known.")
class MakeupFacts:
    missed_offering_name: str | None = strawberry.field(description="The class missed; null: not known.")
    missed_on: date | None = strawberry.field(description="The date of the class missed; null: not known.")


@strawberry.type(description="Facts of a BALANCE_DUE indicator. Needs SEE_BALANCES.")
class BalanceDueFacts:
    amount: Money = strawberry.field(description="What the family owes, more than zero.")
    currency: str = strawberry.field(description="ISO 4217 code, such as USD.")


@strawberry.type(description="Facts of an EXPECTED_ABSENT indicator.")
class ExpectedAbsentFacts:
    is_excused: bool = strawberry.field(
        description="Whether the absence is excused; of several that cover the occurrence an excused one is told."
    )
    comment: str | None = strawberry.field(description="What was said about it; null: nothing.")


@strawberry.type(description="Facts of a DROP indicator.")
class DropFacts:
    drop_on: date = strawberry.field(description="The last date of the enrollment.")
    is_last_occurrence: bool = strawberry.field(
        description="Whether this is the enrollment's last occurrence that takes place."
    )


@strawberry.type(description="Facts of a TRANSFER indicator.")
class TransferFacts:
    direction: rules.TransferDirection = strawberry.field(description="OUT of this class, or IN to it.")
    other_offering_name: str | None = strawberry.field(
        description="The class at the other end; null: the transfer was recorded without one."
    )


@strawberry.type(description="Facts of a FIRST_DAY indicator.")
class FirstDayFacts:
    is_first_enrollment: bool = strawberry.field(
        description="Whether the student has no enrollment that started earlier, waiting lists aside."
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
        "IndicatorFacts", description="The facts behind an indicator, one type for each kind that has any."
    ),
]


@strawberry.type(
    description="A sign beside a student on a roll sheet. A row has at most one of each kind, in the order of "
    "IndicatorKind. `detail` is for people, `facts` are the same for programs."
)
class Indicator:
    kind: IndicatorKind = strawberry.field(description="Which of the eleven it is.")
    label: str = strawberry.field(description='Its name in English, such as "Medical Alert".')
    detail: str | None = strawberry.field(
        description="A short English text; null where the kind says it all, or where the viewer may see that it is "
        "raised but not why (medical text, balance)."
    )
    facts: IndicatorFacts | None = strawberry.field(
        description="Typed facts; null for MEDICAL_ALERT, ROLL_SHEET_COMMENT and TRIAL_ENROLLMENT, and where the "
        "viewer may not see them."
    )


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


_SHOW = {
    rules.BirthdayFacts: _birthday,
    rules.NotesFacts: _notes,
    rules.MakeupFacts: _makeup,
    rules.BalanceDueFacts: _balance_due,
    rules.ExpectedAbsentFacts: _expected_absent,
    rules.DropFacts: _drop,
    rules.TransferFacts: _transfer,
    rules.FirstDayFacts: _first_day,
}


def show_indicator(raised: rules.Indicator) -> Indicator:
    facts = None if raised.facts is None else _SHOW[type(raised.facts)](raised.facts)  # type: ignore[operator]
    return Indicator(kind=raised.kind, label=raised.label, detail=raised.detail, facts=facts)
