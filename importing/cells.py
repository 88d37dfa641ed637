"""Converts the text of a cell to a value. Each reader raises ValueError with the reason, which the report shows."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from attendance.rules.calendar.zones import is_time_zone
from attendance.rules.people.registering import is_email
from importing.columns import Column, Content

LONGEST = 2000
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BALANCE_BELOW = Decimal(10) ** 10
COUNT_BELOW = 1_000_000
LONGEST_ID = 255
# Some exporters write dates as the instants at which they begin, and spreadsheets leave out zeros. The year comes
# first, because the order of day and month would otherwise be a guess.
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
# What databases and spreadsheets write into a cell that has no value. "Null" is also a family's name.
_NO_VALUE = frozenset({"NULL", "null", "(null)", "[NULL]", r"\N", "#N/A", "#NULL!"})
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?")
# A spreadsheet program takes a cell that begins with one of these for a formula, also after a tab or a line break.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CONTROL = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def escaped(text: str) -> str:
    """Return the text as a cell. An apostrophe is put in front if a spreadsheet program would take the text for a
    formula, or an import would take it for an empty cell. Plain numbers such as -15.00 stay as they are.
    """
    return f"'{text}" if _needs_apostrophe(text) and not _NUMBER.fullmatch(text) else text


def unescaped(text: str) -> str:
    """Return the text of a cell that `escaped` made; every other text is returned as it is."""
    return text[1:] if text.startswith("'") and _needs_apostrophe(text[1:]) else text


def _needs_apostrophe(text: str) -> bool:
    return text.startswith((*_FORMULA, "'")) or text in _NO_VALUE


def is_no_value(column: Column, text: str) -> bool:
    """Tell whether the text is a word such as NULL that an exporter wrote in place of an empty cell."""
    if column.content in (Content.TEXT, Content.LINES) and not column.one_of and not column.refers_to:
        return text in _NO_VALUE
    return text.upper() in _NO_VALUE


def read_date(text: str) -> date:
    fitting = _DATE.fullmatch(text)
    if fitting is None:
        raise ValueError("is not a date such as 2026-03-02")
    try:
        found = date(int(fitting[1]), int(fitting[3]), int(fitting[4]))
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
    if not 1900 <= found.year <= 2200:
        raise ValueError("is outside the years 1900 to 2200")
    return found


def _read_flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError("is neither true nor false")
    return text.lower() in ("true", "1")


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _read_line(text: str) -> str:
    """Return the text with a space in place of line breaks, tabs and other control characters."""
    return _CONTROL.sub(" ", _read_text(text)).strip()


def _read_text(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if "\0" in text:
        raise ValueError("contains a NUL character")
    return text


def _read_id(text: str) -> str:
    if len(text) > LONGEST_ID:
        raise ValueError(f"is longer than {LONGEST_ID} characters")
    return _read_text(text)


def weekday_of(text: str) -> int | None:
    """Return the ISO weekday of 1 to 7 or of a day's name in English; None if the text is neither."""
    wanted = text.lower()
    if wanted.isdecimal():
        return int(wanted) if wanted in "1234567" and len(wanted) == 1 else None
    fitting = [number for number, day in enumerate(DAYS, start=1) if len(wanted) >= 3 and day.startswith(wanted)]
    return fitting[0] if fitting else None


def clock_of(text: str) -> time | None:
    """Return the local time of a text such as 16:30; None if it is not one."""
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def balance_of(text: str) -> Decimal | None:
    """Return an amount with at most two decimal places, positive when the family owes money; None if the text is not
    one.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= BALANCE_BELOW or amount != amount.quantize(Decimal("0.01")):
        return None
    return amount


def _reader(read: Callable[[str], Any], reason: str) -> Callable[[str], Any]:
    """Return a reader that raises ValueError with the reason where `read` returns None."""

    def reader(text: str) -> Any:
        if (value := read(text)) is None:
            raise ValueError(reason)
        return value

    return reader


def _count_of(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and int(text) < COUNT_BELOW else None


def _zone_of(text: str) -> str | None:
    return text if is_time_zone(text) else None


def _email_of(text: str) -> str | None:
    return text if is_email(text) else None


def _instant_of(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if instant.tzinfo is None else instant.astimezone(UTC)


def _one_of(column: Column) -> Callable[[str], str]:
    """Accept the words in any case and return them as OneRoster writes them."""
    allowed = ", ".join(sorted(column.one_of))
    by_lower = {word.lower(): word for word in column.one_of}

    def read(text: str) -> str:
        if (word := by_lower.get(text.lower())) is not None:
            return word
        if column.is_open and text.lower().startswith("ext:"):
            return text
        raise ValueError(f"is none of: {allowed}")

    return read


def reader_of(column: Column) -> Callable[[str], Any]:
    """Return a function that converts the stripped, non-empty text of such a cell to its value."""
    if column.one_of and column.content is Content.LIST:
        word = _one_of(column)
        return lambda text: tuple(dict.fromkeys(map(word, _read_list(text))))
    if column.one_of:
        return _one_of(column)
    if column.name in ("sourcedId", "id") or (column.refers_to and column.content is Content.TEXT):
        return _read_id
    readers: dict[Content, Callable[[str], Any]] = {
        Content.TEXT: _read_line,
        Content.LINES: _read_text,
        Content.DATE: read_date,
        Content.FLAG: _read_flag,
        Content.LIST: _read_list,
        Content.ANY: str,
        Content.TIME: _reader(clock_of, "is not a time such as 16:30"),
        Content.COUNT: _reader(_count_of, "is not a whole number such as 8"),
        Content.WEEKDAY: _reader(weekday_of, "is neither 1 (Monday) to 7 (Sunday) nor the name of a day"),
        Content.AMOUNT: _reader(balance_of, "is not an amount such as 120.50 or -15"),
        Content.ZONE: _reader(_zone_of, "is not a time zone such as America/Chicago"),
        Content.EMAIL: _reader(_email_of, "is not an e-mail address"),
        Content.INSTANT: _reader(_instant_of, "is not an instant such as 2026-03-02T21:30:00Z"),
    }
    return readers[column.content]
