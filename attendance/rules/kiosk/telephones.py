"""Which telephone a number reaches, so that a family is found however its number is stored and typed (R5.2)."""

import re
import unicodedata
from collections.abc import Iterable

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

FEWEST_DIGITS = 7
# A number ends in the same digits with or without country code, trunk zero or carrier code.
KEY_DIGITS = 5
# After six digits, a letter or one of these begins an extension or a remark. db/schema.sql has the same expression.
_REST = re.compile(r"^((?:[^0-9]*[0-9]){6}[^A-Za-zÀ-ɏЀ-ӿｘ＃#;,]*)[A-Za-zÀ-ɏЀ-ӿｘ＃#;,].*$", re.DOTALL)
_NO_DIGIT = re.compile("[^0-9]")
_POSSIBLE = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)


def phone_key(number: str) -> str | None:
    """Return the last digits, by which candidates are looked up; None when there are fewer than six. Two numbers that
    reach the same telephone have the same key, except for numbers that are spelled with letters.

    The database function phone_key computes the same.
    """
    digits = digits_of(number)
    return digits[-KEY_DIGITS:] if len(digits) > KEY_DIGITS else None


def digits_of(number: str) -> str:
    """Return the digits without an extension, as 0 to 9, whatever the script."""
    return _NO_DIGIT.sub("", _without_rest(_in_latin_digits(number)))


def is_same_telephone(one: str, other: str, country: str | None) -> bool:
    """Return whether the two reach the same telephone for somebody in the country, which is an ISO 3166 code, or None
    where it is not known.

    A number that cannot be one of this country counts as one of the country that the other number names. Two numbers
    that can be read in no country are the same when their digits are.
    """
    first, second = _read(one, country), _read(other, country)
    if first is None and second is not None and _names_country(other):
        first = _read(one, _country_named(second))
    elif second is None and first is not None and _names_country(one):
        second = _read(other, _country_named(first))
    if first is not None and second is not None:
        return _is_long_enough(first) and _international(first) == _international(second)
    if first is not None or second is not None:
        return False
    digits = digits_of(one)
    return len(digits) >= FEWEST_DIGITS and digits == digits_of(other)


def distinct_numbers(numbers: Iterable[str]) -> list[str]:
    """Return the numbers in their order, without those that only write an earlier one in another way."""
    kept: dict[str, str] = {}
    for number in numbers:
        kept.setdefault(digits_of(number) or number, number)
    return list(kept.values())


def can_identify(number: str, country: str | None) -> bool:
    """Return whether a family can be found by this number: there is a telephone that it may reach."""
    return phone_key(number) is not None and is_same_telephone(number, number, country)


def _read(number: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    """Return the number, or None when it cannot be one of the country, nor an international one."""
    text = _in_latin_digits(number).strip()
    plain = _without_rest(text)
    abroad = "+" + plain.lstrip()[2:] if plain.lstrip().startswith("00") else ""
    for reading in (text, plain, abroad):
        try:
            found = phonenumbers.parse(reading, country)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(found) in _POSSIBLE:
            return found
    return None


def _in_latin_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _without_rest(text: str) -> str:
    return _REST.sub(r"\1", text)


def _names_country(number: str) -> bool:
    return number.strip().startswith(("+", "＋", "00"))


def _country_named(number: phonenumbers.PhoneNumber) -> str | None:
    return phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )


def _international(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_long_enough(number: phonenumbers.PhoneNumber) -> bool:
    """Return whether it is a whole number, or a local one with enough digits to identify a family."""
    if phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
        return True
    return len(phonenumbers.national_significant_number(number)) >= FEWEST_DIGITS
