"""How the choices of a listing become parameters of its statement; null means any."""

from collections.abc import Collection
from typing import Any


def values(chosen: Collection[Any] | None) -> list[Any] | None:
    return list(chosen) if chosen else None


def containing(search: str | None) -> str | None:
    """The pattern for ILIKE that finds the text itself anywhere."""
    if not search or not search.strip():
        return None
    literal = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"
