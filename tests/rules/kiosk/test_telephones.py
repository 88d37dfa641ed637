"""R5.2: numbers are equal when they reach the same telephone, however they are stored and typed."""

import pytest

from attendance.rules.kiosk.countries import country_of
from attendance.rules.kiosk.telephones import can_identify, distinct_numbers, is_same_telephone, phone_key

SAME = [
    ("US", "(312) 555-0143", "312.555.0143"),
    ("US", "(312) 555-0143", "+1 312 555 0143"),
    ("US", "+1 312 555 0144", "3125550144"),
    ("US", "3125550143", "1-312-555-0143"),
    ("US", "312-555-0143 ext. 12", "3125550143"),
    ("US", "312-555-0143x12", "312 555 0143 #7"),
    ("US", "312 555 0143 (Mum)", "3125550143"),
    ("US", "Tel. 312 555 0143", "3125550143"),
    ("US", "tel:+1-312-555-0143;ext=7", "3125550143"),
    ("US", "٣١٢٥٥٥٠١٤٣", "3125550143"),
    ("US", "(312) 555-0143", "३१२ ५५५ ०१४३"),
    ("US", "３１２－５５５－０１４３", "3125550143"),
    ("US", "555-0143", "5550143"),
    ("US", "020 7946 0018", "+44 20 7946 0018"),
    ("US", "020 7946 0018", "020 7946 0018"),
    ("US", "+44 20 7946 0018", "0044 20 7946 0018"),
    ("US", "011 44 20 7946 0018", "+442079460018"),
    ("GB", "020 7946 0018", "+44 (0)20 7946 0018"),
    ("GB", "+44 20 7946 0018", "02079460018"),
    ("GB", "020 7946 0018", "44 20 7946 0018"),
    ("DE", "+49 (0)30 901820", "030/901820"),
    ("FR", "06 12 34 56 78", "+33 6 12 34 56 78"),
    ("IT", "+39 06 69821", "06 69821"),
    ("NO", "+47 22 33 44 55", "22334455"),
    ("AR", "011 15 1234-5678", "+54 9 11 1234 5678"),
    ("RU", "+7 495 123 45 67 доб. 5", "8 495 123-45-67"),
    (None, "312 555 0143", "3125550143"),
    (None, "+1 312 555 0143", "312 555 0143"),
]
OTHER = [
    ("US", "312 555 0143", "312 555 0144"),
    ("US", "312 555 0143", "442 555 0143"),
    ("US", "555-0143", "312 555 0143"),
    ("US", "312 555 0143", "+44 312 555 0143"),
    ("IT", "+39 06 69821", "6 69821"),
    ("US", "12345", "12345"),
    ("US", "0143", "312 555 0143"),
    ("US", "nobody", "nobody"),
    ("US", "", ""),
]


@pytest.mark.parametrize(("country", "stored", "typed"), SAME)
def test_R5_2_numbers_of_one_telephone_are_equal(country: str | None, stored: str, typed: str) -> None:
    assert is_same_telephone(stored, typed, country)
    assert is_same_telephone(typed, stored, country)
    assert phone_key(stored) == phone_key(typed) is not None
    assert can_identify(stored, country)


@pytest.mark.parametrize(("country", "stored", "typed"), OTHER)
def test_R5_2_numbers_of_two_telephones_or_of_none_are_not(country: str, stored: str, typed: str) -> None:
    assert not is_same_telephone(stored, typed, country)
    assert not is_same_telephone(typed, stored, country)


@pytest.mark.parametrize("number", ["0143", "none", "-", "n/a", "12345", "ask mum"])
def test_R5_2_what_reaches_no_telephone_identifies_nobody(number: str) -> None:
    assert not can_identify(number, "US")


def test_distinct_numbers_keep_their_order() -> None:
    assert distinct_numbers(["(312) 555-0143", "+44 20 7946 0018", "312.555.0143", "none"]) == [
        "(312) 555-0143",
        "+44 20 7946 0018",
        "none",
    ]


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/Chicago", "US"),
        ("US/Central", "US"),
        ("Europe/Oslo", "NO"),
        ("Europe/Kiev", "UA"),
        ("Asia/Calcutta", "IN"),
        ("Japan", "JP"),
        ("America/Argentina/Buenos_Aires", "AR"),
        ("UTC", None),
        ("Etc/GMT+3", None),
        ("EST", None),
        ("CET", None),
    ],
)
def test_R5_2_the_country_of_a_location_is_that_of_its_zone(zone: str, country: str | None) -> None:
    assert country_of(zone) == country
