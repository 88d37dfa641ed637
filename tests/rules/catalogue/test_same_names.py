"""Which names of the catalogue are the same to those who read them."""

import pytest

from attendance.rules.catalogue.same_names import name_key


@pytest.mark.parametrize(
    "written",
    [
        "KIDS' CLUB - Süd",
        "Kids'\u00a0 club - Süd",
        "\uff2bids' Club - Süd",
        "Kids’ Club – Süd",
        "Kids\u02bc Club \u2011 Süd",
        "Kids´ Club - Su\u0308d",
        "\ufeffKids' Club\u200b - Sü\u00add",
        "Kids' \u200eClub -\ufe0f Süd\u2060",
    ],
)
def test_R13_1_names_between_which_readers_see_no_difference_are_the_same(written: str) -> None:
    assert name_key(written) == name_key("Kids' Club - Süd")


@pytest.mark.parametrize("written", ["Kids Club - Süd", "Kids' Club - Sud", "Kids' Club Süd", "Kids' Clubs - Süd"])
def test_R13_1_names_that_read_differently_are_not_the_same(written: str) -> None:
    assert name_key(written) != name_key("Kids' Club - Süd")
