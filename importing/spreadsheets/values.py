"""Compares values of cells and of the database, and remembers the former as digests (R13.9)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import blake2b
from typing import Any

_BYTES = 8


def same(one: Any, other: Any) -> bool:
    """Return whether two values are written as the same cell."""
    return text_of(one) == text_of(other)


def digest(value: Any) -> str:
    """Return a digest of a cell, which shows whether the cell changes and contains no text about a person."""
    return blake2b(text_of(value).encode(), digest_size=_BYTES).hexdigest()


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: digest(value) for name, value in values.items()}


def text_of(value: Any) -> str:
    """Return the value as an export writes it, except that an amount has two decimals whatever its currency. None is an
    empty text, and the parts of a list are sorted.
    """
    write = _WRITERS.get(type(value))
    return write(value) if write else str(value).strip()


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    type(None): lambda _: "",
    bool: lambda value: "true" if value else "false",
    tuple: lambda value: ",".join(sorted(map(text_of, value))),
    list: lambda value: ",".join(sorted(map(text_of, value))),
    Decimal: lambda value: f"{value:.2f}",
    datetime: lambda value: value.isoformat().replace("+00:00", "Z"),
    time: lambda value: value.isoformat("seconds" if value.second else "minutes"),
    date: lambda value: value.isoformat(),
}
