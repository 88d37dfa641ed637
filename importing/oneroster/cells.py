"""Converts the text of a cell to a value. Each reader raises ValueError with the reason, which the report shows."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from importing.oneroster.specification import Column, Content

LONGEST = 2000
LONGEST_ID = 255
# Some exporters write dates as the instants at which they begin, and spreadsheets leave out zeros. The year comes
# first, because the order of day and month would otherwise be a guess.
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
# What databases and spreadsheets write into a cell that has no value. "Null" is also a family's name.
_NO_VALUE = frozenset({"NULL", "null", "(null)", "[NULL]", r"\N", "#N/A", "#NULL!"})


def is_no_value(column: Column, text: str) -> bool:
    """Tell whether the text is a word such as NULL that an exporter wrote in place of an empty cell."""
    if column.content is Content.TEXT and not column.one_of and not column.refers_to:
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
    if column.one_of:
        return _one_of(column)
    if column.name == "sourcedId" or (column.refers_to and column.content is Content.TEXT):
        return _read_id
    readers: dict[Content, Callable[[str], Any]] = {
        Content.TEXT: _read_text,
        Content.DATE: read_date,
        Content.FLAG: _read_flag,
        Content.LIST: _read_list,
        Content.ANY: str,
    }
    return readers[column.content]
