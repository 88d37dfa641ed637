"""The refusals of changing an organization itself."""

from dataclasses import dataclass

from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class AmountsRecorded(Refusal):
    """The currency cannot change, because balances of families are recorded in it."""

    currency: str
    family_count: int

    @property
    def message(self) -> str:  # type: ignore[override]
        families = "1 family has a balance" if self.family_count == 1 else f"{self.family_count} families have balances"
        return (
            f"{families} in {self.currency}. An amount in one currency is another amount in the next, so the currency "
            "can change only while every balance is zero."
        )
