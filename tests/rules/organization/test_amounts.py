"""Amounts are written with the decimals of their currency."""

from decimal import Decimal

import pytest
from iso4217 import Currency

from attendance.rules.organization.amounts import DECIMALS, amount_text


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1234.5", "USD", "1,234.50"),
        ("-15", "USD", "-15.00"),
        ("1200.00", "JPY", "1,200"),
        ("1200.50", "JPY", "1,200.50"),
        ("12.5", "KWD", "12.500"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: str, currency: str, expected: str) -> None:
    assert amount_text(Decimal(amount), currency, thousands=True) == expected
    assert amount_text(Decimal(amount), currency) == expected.replace(",", "")


def test_the_decimals_are_those_of_iso_4217() -> None:
    listed = {each.code: each.exponent for each in Currency if each.exponent not in (None, 2)}
    assert listed == DECIMALS
