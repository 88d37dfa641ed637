"""Converts the text of a cell to a value. Each reader raises ValueError with the reason, which the report shows."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from importing.oneroster.specification import Column, Content

LONGEST = 2000
LONGEST_ID = 255
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError("is not a date such as 2026-03-02")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
    if not 1900 <= found.year <= 2200:
        raise ValueError("is outside the years 1900 to 2200")
    return found


def _read_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not an instant such as 2026-03-02T21:30:00.000Z") from None


def _read_flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("is neither true nor false")
    return text == "true"


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
    allowed = ", ".join(sorted(column.one_of))

    def read(text: str) -> str:
        if text in column.one_of or (column.is_open and text.startswith("ext:")):
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
        Content.INSTANT: _read_instant,
        Content.FLAG: _read_flag,
        Content.LIST: _read_list,
    }
    return readers[column.content]
