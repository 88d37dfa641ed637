"""Statements: e-mails that tell families what they owe (R9.4, R9.8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from attendance.rules.organization.amounts import amount_text
from attendance.rules.refusals import Refusal

MOST_FAMILIES = 10_000

PAID = "The family owes less than requested by now; no statement was sent."
NO_ADDRESS = "The family has no e-mail address; no statement was sent."


@dataclass(frozen=True, slots=True)
class WantedFamilies:
    """Chooses the families with a balance above zero and of at least `minimum` that meet all conditions. None sets no
    condition.

    A family belongs to a location when one of its students has or had a place there.
    """

    minimum: Decimal = Decimal(0)
    family_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class OwingFamily:
    """A family at the time of its statement.

    students -- the first names of its students who were not deleted, ordered by name
    student_id -- the first of these students, by whom staff know the family
    email -- None when it has no address
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
    """There are more families than one task can handle."""

    family_count: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"{self.family_count} families were chosen; at most {MOST_FAMILIES} can get statements at once."


def owes(balance: Decimal, minimum: Decimal) -> bool:
    return balance > 0 and balance >= minimum


def statement_reason(task_id: UUID, family_id: UUID) -> str:
    """Return the key of a statement in the outbox: one for each family and task (R9.8)."""
    return f"statement/{task_id}/{family_id}"


def statement_facts(family: OwingFamily, currency: str, stated_on: str) -> Mapping[str, Any]:
    """Return the values for the template. `stated_on` is a date in ISO form."""
    return {
        "amount": amount_text(family.balance, currency, thousands=True),
        "currency": currency,
        "students": list(family.students),
        "stated_on": stated_on,
    }
