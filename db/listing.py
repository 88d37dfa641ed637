"""Converts the arguments of a listing to parameters of its statement; None means any."""

from collections.abc import Collection
from typing import Any


def values(chosen: Collection[Any] | None) -> list[Any] | None:
    return list(chosen) if chosen else None


def containing(search: str | None) -> str | None:
    """Return the pattern with which ILIKE finds the text itself anywhere."""
    if not search or not search.strip():
        return None
    literal = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"
