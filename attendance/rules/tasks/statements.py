"""Statements: what a family owes, told by e-mail (R9.4, R9.8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from attendance.rules.refusals import Refusal

MOST_FAMILIES = 10_000

PAID = "The family owes too little by now; no statement was sent."
NO_ADDRESS = "The family has no e-mail address; no statement was sent."


@dataclass(frozen=True, slots=True)
class WantedFamilies:
    """Those with a balance above zero, and of `minimum` at least, that meet all that is given; None: any. At a location
    are families of whose students one has or had a place there.
    """

    minimum: Decimal = Decimal(0)
    family_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class OwingFamily:
    """`students` are the first names of those who are there, by name; `student_id` the first of them, whom staff know
    the family by. `email` None: it has none.
    """

    id: UUID
    email: str | None
    balance: Decimal
    student_id: UUID | None
    students: tuple[str, ...]


@dataclass(eq=False)
class NobodyOwes(Refusal):
    """No family has such a balance."""

    message: str = "No family with such a balance was found; no statement is sent."


@dataclass(eq=False)
class TooManyFamilies(Refusal):
    """More than one task takes on."""

    family_count: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"These are {self.family_count} families; at most {MOST_FAMILIES} get statements at once."


def owes(balance: Decimal, minimum: Decimal) -> bool:
    return balance > 0 and balance >= minimum


def statement_reason(task_id: UUID, family_id: UUID) -> str:
    """What the outbox knows a statement by: one for each family and task (R9.8)."""
    return f"statement/{task_id}/{family_id}"


def statement_facts(family: OwingFamily, currency: str, stated_on: str) -> Mapping[str, Any]:
    """For the template; `stated_on` is a date in ISO form."""
    return {
        "amount": f"{family.balance:,.2f}",
        "currency": currency,
        "students": list(family.students),
        "stated_on": stated_on,
    }
